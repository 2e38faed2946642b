import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { HostPaths } from "./root/paths.ts";

/** A volume of cinder on a server. */
export interface Attachment {
  readonly volumeId: string;
  /** As nova names it. @default the next free letter */
  readonly device?: string;
  readonly sizeGiB: number;
}

/** A volume as the host sees it. */
export interface Device extends Attachment {
  readonly device: string;
  /** What virtio shows of the volume: a link in /dev/disk/by-id. */
  readonly byId: string;
}

/** Gives each attached volume its device and its name in /dev/disk/by-id: the first 20 characters of its id. */
export function devicesOf(attachments: readonly Attachment[]): Device[] {
  const taken = new Set(attachments.flatMap(({ device }) => (device ? [device] : [])));
  const free = [..."bcdefghijklmnopqrstuvwxyz"].map((letter) => `/dev/vd${letter}`).filter((path) => !taken.has(path));
  return attachments.map((attachment) => ({
    ...attachment,
    device: attachment.device ?? free.shift() ?? "/dev/vdz",
    byId: `/dev/disk/by-id/virtio-${attachment.volumeId.slice(0, 20)}`,
  }));
}

/**
 * The volumes of this stack. A volume is the folder `volumes/<id>`, which is what hosts mount, and beside it
 * `<id>.device`, a sparse file of the volume's size that is its block device: what formats or probes it really does.
 */
export class Volumes {
  readonly #folder: string;

  constructor(data: string) {
    this.#folder = join(data, "volumes");
  }

  /** Shows a host the devices it has now, and takes away those it no longer has. */
  async plug(paths: HostPaths, devices: readonly Device[]): Promise<void> {
    const dev = join(paths.root, "dev");
    for (const name of (await readdir(dev)).filter((one) => /^vd[a-z]$/.test(one))) {
      if (devices.some(({ device }) => device === `/dev/${name}`)) continue;
      await execa("umount", ["--lazy", join(dev, name)]);
      await rm(join(dev, name));
    }
    for (const link of await readdir(join(dev, "disk/by-id"))) await rm(join(dev, "disk/by-id", link));
    for (const { device, byId, volumeId, sizeGiB } of devices) {
      await this.#make(volumeId, sizeGiB);
      const path = join(paths.root, device);
      if (!existsSync(path)) {
        await writeFile(path, "");
        await execa("mount", ["--bind", this.#device(volumeId), path]);
      }
      await execa("ln", ["-sfn", `../../${device.slice("/dev/".length)}`, join(paths.root, byId)]);
    }
  }

  /** The volume that `what` of a mount unit means, if the host has it now. */
  async find(devices: readonly Device[], what: string): Promise<Device | undefined> {
    const [, kind, value] = /^(?:\/dev\/disk\/by-|)(label|uuid|LABEL|UUID)[/=](.*)$/.exec(what) ?? [];
    for (const one of devices) {
      if (one.device === what || one.byId === what) return one;
      if (kind && (await this.probe(one.volumeId))[kind.toUpperCase()] === value) return one;
    }
    return undefined;
  }

  /** What `blkid` finds on a volume: TYPE, LABEL, UUID; nothing on an empty one. */
  async probe(volumeId: string): Promise<Readonly<Record<string, string>>> {
    const { stdout } = await execa("blkid", ["-p", "-o", "export", this.#device(volumeId)], { reject: false });
    return Object.fromEntries(stdout.split("\n").map((line) => line.split("=", 2) as [string, string]));
  }

  /** The folder to mount. A volume that was formatted anew since the last mount is empty again. */
  async content(volumeId: string, uuid: string): Promise<string> {
    const folder = join(this.#folder, volumeId);
    const mark = `${folder}.uuid`;
    const before = await readFile(mark, "utf8").catch(() => uuid);
    if (before !== uuid) await rm(folder, { recursive: true, force: true });
    // as a fresh ext4 has it: by it, programs tell a mounted volume from the folder below
    await mkdir(join(folder, "lost+found"), { recursive: true, mode: 0o700 });
    await writeFile(mark, uuid);
    return folder;
  }

  /** Ids of the volumes that take up space. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return [...new Set(names.map((name) => name.replace(/\.(device|uuid)$/, "")))];
  }

  /** Deletes what a volume held. */
  async remove(volumeId: string): Promise<void> {
    for (const end of ["", ".device", ".uuid"])
      await rm(join(this.#folder, `${volumeId}${end}`), { recursive: true, force: true });
  }

  #device(volumeId: string): string {
    return join(this.#folder, `${volumeId}.device`);
  }

  async #make(volumeId: string, sizeGiB: number): Promise<void> {
    await mkdir(join(this.#folder, volumeId), { recursive: true });
    const file = await open(this.#device(volumeId), "a", 0o600);
    const bytes = sizeGiB * 2 ** 30;
    if ((await file.stat()).size < bytes) await file.truncate(bytes);
    await file.close();
  }
}
