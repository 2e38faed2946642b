import { dirname } from "node:path";
import { lines, type Unit } from "../config.ts";
import { mountUnitName } from "../volumes.ts";

/**
 * Mounts a folder of the image's own disk where a program looks for it, below a path that may be a volume's. Ignition writes before any
 * volume is mounted, which would hide what was written there; and what is in the folder goes with the server, as a volume's does not.
 */
export function boundFolder(description: string, folder: string, where: string): Unit {
  return {
    name: mountUnitName(where),
    contents: lines(
      "[Unit]",
      `Description=${description}`,
      `RequiresMountsFor=${dirname(where)}`,
      "[Mount]",
      `What=${folder}`,
      `Where=${where}`,
      "Type=none",
      "Options=bind",
      "[Install]",
      "WantedBy=multi-user.target",
    ),
  };
}
