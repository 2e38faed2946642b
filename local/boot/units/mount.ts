import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { HostPaths } from "../root/paths.ts";
import { all, last, UnitError } from "./parse.ts";
import { parseSpan } from "./time.ts";
import { mountUnitName, type Unit } from "./unit.ts";

/** Finds what a mount unit means by a device: the folder to bind, the file system on it, or why there is none yet. */
export interface Mounter {
  /** Nothing while the host has no such device. */
  source(what: string): Promise<{ readonly type?: string; readonly folder: () => Promise<string> } | undefined>;
}

/** How long systemd waits for a device. */
const deviceSeconds = 90;

/**
 * Plays a mount unit: waits for its device as systemd does, then binds the volume's folder where the unit says.
 * Throws `UnitError` when the device does not come, has no file system, or has another one than the unit says.
 */
export async function playMount(unit: Unit, { root }: HostPaths, mounter: Mounter, signal: AbortSignal): Promise<void> {
  const read = (key: string) => last(unit.assignments, "Mount", key);
  const [what, where] = [read("What"), read("Where")];
  if (!what || !where) throw new UnitError(`${unit.name}: a mount needs What= and Where=`);
  if (mountUnitName(where) !== unit.name)
    throw new UnitError(`${unit.name}: Where=${where} wants the name ${mountUnitName(where)}`);
  const options = all(unit.assignments, "Mount", "Options").flatMap((value) => value.split(","));
  const type = read("Type");
  const target = join(root, where);
  await mkdir(target, { recursive: true });
  if (type === "tmpfs") return mount(["-t", "tmpfs", "-o", ["nosuid", ...options].join(","), "tmpfs", target]);
  if (options.includes("bind")) return mount(["--bind", join(root, what), target]);
  const wait = parseSpan(read("TimeoutSec") ?? "") ?? deviceSeconds;
  const source = await appear(mounter, what, wait, signal);
  if (!source) throw new UnitError(`${what} did not appear within ${wait} s: no such volume is attached to the server`);
  if (!source.type) throw new UnitError(`${what} has no file system; a unit before this one has to make it`);
  if (type && type !== "auto" && type !== source.type)
    throw new UnitError(`${what} has the file system ${source.type}, not ${type}`);
  await mount(["--bind", await source.folder(), target]);
  if (options.includes("ro")) await mount(["-o", "remount,bind,ro", target]);
}

async function appear(mounter: Mounter, what: string, seconds: number, signal: AbortSignal) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await mounter.source(what);
    if (found || Date.now() > end) return found;
    await sleep(500, undefined, { signal });
  }
}

async function mount(args: readonly string[]): Promise<void> {
  await execa("mount", args);
}
