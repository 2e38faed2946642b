import { type File, lines } from "./config.ts";
import type { MachineFacts } from "./machine.ts";

/**
 * The time servers of the document, for the program that the image has: systemd-timesyncd or chrony. The image's own are not asked:
 * no rule lets hosts reach them. Changing them replaces the host.
 */
export function time({ system, timeServers }: MachineFacts): File {
  return renderers[system](timeServers);
}

const renderers: Readonly<Record<MachineFacts["system"], (servers: readonly string[]) => File>> = {
  flatcar: (servers) => ({
    ...{ path: "/etc/systemd/timesyncd.conf.d/10-estate.conf", mode: 0o644 },
    contents: lines("[Time]", `NTP=${servers.join(" ")}`),
  }),
  // The whole file: the image's own names servers of the internet, and those that DHCP tells, which no rule lets hosts reach.
  "fedora-coreos": (servers) => ({
    ...{ path: "/etc/chrony.conf", mode: 0o644 },
    contents: lines(
      ...servers.map((server) => `server ${server} iburst`),
      "driftfile /var/lib/chrony/drift",
      // a clock that is wrong at boot is set at once, later ones are slewed
      "makestep 1.0 3",
      "rtcsync",
    ),
  }),
};
