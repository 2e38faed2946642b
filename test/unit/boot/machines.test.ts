import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Cluster } from "../../../local/boot/cluster.ts";
import type { ServerFacts } from "../../../local/boot/decide.ts";
import { labelOf, Machines } from "../../../local/boot/machines.ts";
import { type Nova, novaOf } from "../../../local/boot/nova.ts";
import { Volumes } from "../../../local/boot/volumes.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "estate-machines-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const server = (name: string, volumes: readonly string[] = []): ServerFacts => ({
  ...{ id: `${name}-1111-2222`, name, status: "SHUTOFF", updated: "", addresses: [] },
  volumes,
});

function machines(nova: Partial<Nova>): Machines {
  const network = { setPower: () => Promise.reject(new Error("ip: device or resource busy")) };
  const cluster = { data, run: join(data, "run"), volumes: new Volumes(data), network } as unknown as Cluster;
  return new Machines(cluster, { volumeIds: async () => new Set(), ...nova } as Nova);
}

test("volumes are asked for once a pass, and only when one is free; what cinder has deleted is deleted", async () => {
  for (const id of ["attached", "free", "gone", "gone-too"])
    await mkdir(join(data, "volumes", id), { recursive: true });
  const volumeIds = vi.fn(async () => new Set(["attached", "free"]));
  const servers = [server("a", ["attached"])];
  const all = machines({ servers: async () => servers, volumeIds });
  await all.look();
  expect((await readdir(join(data, "volumes"))).toSorted()).toEqual(["attached", "free"]);
  expect(volumeIds).toHaveBeenCalledTimes(1);
  await rm(join(data, "volumes", "free"), { recursive: true });
  await all.look();
  expect(volumeIds).toHaveBeenCalledTimes(1);
});

test("the logs of a host's units go with their host, those of services stay", async () => {
  for (const name of ["a", "b"]) await mkdir(join(data, "logs", name), { recursive: true });
  await writeFile(join(data, "logs", "keystone.log"), "");
  let servers = [server("a"), server("b")];
  const all = machines({ servers: async () => servers });
  await all.look();
  expect((await readdir(join(data, "logs"))).toSorted()).toEqual(["a", "b", "keystone.log"]);
  servers = [server("a")];
  await all.look();
  expect((await readdir(join(data, "logs"))).toSorted()).toEqual(["a", "keystone.log"]);
});

test("a host is deleted even while the network cannot take its links down", async () => {
  const servers = [server("a")];
  const all = machines({ servers: async () => servers.splice(0) });
  await all.look();
  const folder = all.hosts.get("a-1111-2222")?.paths.folder ?? "";
  await mkdir(folder, { recursive: true });
  await all.look();
  await expect.poll(() => existsSync(folder)).toBe(false);
});

test("that nova cannot be asked is told as long as it is so", async () => {
  let down = true;
  const servers = async () => {
    if (down) throw new Error("503 Service Unavailable");
    return [];
  };
  const all = machines({ servers });
  all.start();
  await expect.poll(() => all.trouble).toBe("503 Service Unavailable");
  down = false;
  all.kick();
  await expect.poll(() => all.trouble).toBeUndefined();
  await all.end();
});

test.each([
  ["orch-1", "orch-1"],
  ["taken", "taken-0a1b2c3d"],
  ["../..", "-..-0a1b2c3d"],
  ["..", "host-0a1b2c3d"],
  ["a/b", "a-b"],
  ["", "host-0a1b2c3d"],
])("a server named %j has logs in the folder %j", (name, label) => {
  expect(labelOf({ id: "0a1b2c3d-1111-2222", name }, new Set(["taken", "-.."]))).toBe(label);
});

test("the sizes of a server's volumes are one question, however many it has", async () => {
  const asked: string[] = [];
  const list = async (_: string, path: string) => {
    asked.push(path);
    return path.endsWith("detail")
      ? [
          { id: "v1", size: 5 },
          { id: "v2", size: 7 },
        ]
      : [{ volumeId: "v1", device: "/dev/vdb" }, { volumeId: "v2" }];
  };
  const nova = novaOf({ list } as unknown as OpenStack);
  expect(await nova.attachments("s")).toEqual([
    { volumeId: "v1", device: "/dev/vdb", sizeGiB: 5 },
    { volumeId: "v2", sizeGiB: 7 },
  ]);
  expect(asked).toEqual(["/servers/s/os-volume_attachments", "/volumes/detail"]);
});
