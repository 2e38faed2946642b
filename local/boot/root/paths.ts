import { join } from "node:path";

/** Where one host is kept and where it is put together. */
export interface HostPaths {
  /** `<data>/hosts/<server id>`: outlives the daemon. Nothing is ever mounted below it, so deleting it deletes the host alone. */
  readonly folder: string;
  /** The writable layer that outlives the daemon. */
  readonly kept: string;
  /** `kept` again, with everything mounted that a running system has: the root of the host's processes. */
  readonly root: string;
  /** The host's UTS namespace: its name, and the mark of its processes. */
  readonly uts: string;
  /** What nova shows as the console's output. */
  readonly console: string;
  /** Ignition's own files. */
  readonly ignition: string;
}

/** Paths are the same for every part of the local stack. `run` is /run, except in tests. */
export function hostPaths(data: string, serverId: string, run = "/run"): HostPaths {
  const folder = join(data, "hosts", serverId);
  return {
    folder,
    kept: join(folder, "root"),
    // outside /run/estate, which only root may enter: Ignition writes a user's keys as that user
    root: join(run, "hosts", serverId),
    uts: join(run, "estate", "uts", serverId),
    console: join(folder, "console.log"),
    ignition: join(folder, "ignition"),
  };
}
