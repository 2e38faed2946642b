import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fragment, lines } from "../../ignition/config.ts";
import { places } from "./names.ts";
import { timer } from "./timer.ts";

const unit = "estate-bbb-recordings";

/**
 * What hands recordings over to the store, and says how many have not arrived. Hosts that record nothing have it too: whether they do may
 * change in the update that replaces them, and the drain of the old ones must know what they have.
 */
export function handoverFragment() {
  const script = readFileSync(join(import.meta.dirname, "scripts", "handover.sh"), "utf8");
  return {
    // for the keeper's pod, which is not root
    directories: [{ path: places.said, mode: 0o755 }],
    files: [{ path: `${places.tools}/handover.sh`, mode: 0o755, contents: script }],
    units: [
      { name: `${unit}.service`, contents: service },
      { name: `${unit}.timer`, contents: timer("recordings that are to be handed over") },
    ],
  } satisfies Fragment;
}

/** It ends when nothing is left to do now: for as long as recordings take. */
const service = lines(
  "[Unit]",
  "Description=Hands recordings of this host over to the store",
  "Wants=network-online.target docker.service",
  "After=docker.service network-online.target",
  "",
  "[Service]",
  "Type=oneshot",
  "TimeoutStartSec=infinity",
  "Nice=10",
  `ExecStart=${places.tools}/handover.sh`,
  "StandardOutput=journal+console",
);
