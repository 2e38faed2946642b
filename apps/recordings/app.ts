import { defineApplication, type WrongSetting } from "../../stacks/application.ts";
import { form, section, text, whole } from "../../stacks/schema/told.ts";
import type { Estate } from "../../stacks/schema.ts";
import { hostNamesRunning, rolesRunning } from "../hosts.ts";
import { serverFragment } from "./server.ts";

const Share = section({
  /** GiB. Changing it resizes the share in place. */
  sizeGiB: whole(1, 1_048_576, "GiB"),
  /** Name of Manila's share type. Changing it makes another, empty share. @default the cloud's */
  type: text("the name of a share type").optional(),
  /** Id of the share network, where the cloud's shares need one (`openstack share network list`). Changing it makes another, empty share. */
  network: text("the id of a share network").optional(),
});

export const application = defineApplication({
  about:
    "The store of recordings that bbb hosts and Scalelite share: an NFS server on a data volume of a host, or a share of Manila.",
  settings: {
    /** Where the host that runs recordings has its data volume. Changing it replaces that host; recordings do not move by themselves. */
    path: form(
      /^(\/[a-z0-9][a-z0-9_.-]*)+$/,
      "write an absolute path in lower case, such as /var/lib/recordings",
    ).default("/var/lib/recordings"),
    /** A share of Manila instead, by NFS: then no host runs recordings. */
    share: Share.optional(),
  },
  // a host listens, not pods: its port is in the catalogue of hosts (stacks/ports.ts)
  ports: {},
  host: (settings, runs) => (runs.includes("recordings") ? serverFragment(settings) : undefined),
  check({ path, share }, estate, wrong) {
    const hosts = hostNamesRunning(estate, "recordings");
    if (share) return checkShare(hosts, estate, wrong);
    if (hosts.length !== 1)
      wrong(
        [],
        `needs exactly one host that runs recordings (there ${hosts.length === 0 ? "is none" : `are ${hosts.join(", ")}`}): ` +
          "write runs: [recordings] in one role, with one host",
      );
    for (const role of rolesRunning(estate, "recordings"))
      if (!Object.values(estate.roles[role]?.volumes ?? {}).some((volume) => volume.path === path))
        wrong(
          ["path"],
          `role ${role} has no volume at ${path}: write roles.${role}.volumes.recordings: { sizeGiB: 500, path: ${path} }`,
        );
    if (estate.image.system !== "flatcar")
      wrong([], "needs an NFS server in the system of the host, which fedora-coreos leaves out: image.system: flatcar");
  },
});

function checkShare(hosts: readonly string[], { network }: Estate, wrong: WrongSetting): void {
  if (hosts.length > 0)
    wrong(
      ["share"],
      `is the store, and ${hosts.join(", ")} would be another: take runs: [recordings] out, or the share`,
    );
  if (!Object.values(network.downloads).some(({ port }) => port === 2049))
    wrong(
      ["share"],
      "no entry of network.downloads lets hosts reach port 2049: add the range of the cloud's shares, and that port",
    );
}
