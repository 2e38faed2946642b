import { lines } from "../../ignition/config.ts";

/** Runs the service of its name every half minute. */
export function timer(what: string): string {
  return lines(
    "[Unit]",
    `Description=Looks for ${what}`,
    "",
    "[Timer]",
    "OnBootSec=20s",
    "OnUnitInactiveSec=30s",
    "AccuracySec=5s",
    "",
    "[Install]",
    "WantedBy=timers.target",
  );
}
