import { defineApplication } from "../../stacks/application.ts";
import { form } from "../../stacks/schema/told.ts";
import { hostNamesRunning, rolesRunning } from "../hosts.ts";
import { serverFragment } from "./server.ts";

export const application = defineApplication({
  about: "The store of recordings that bbb hosts and Scalelite share: an NFS server on a data volume of a host.",
  settings: {
    /** Where the host that runs recordings has its data volume. Changing it replaces that host; recordings do not move by themselves. */
    path: form(
      /^(\/[a-z0-9][a-z0-9_.-]*)+$/,
      "write an absolute path in lower case, such as /var/lib/recordings",
    ).default("/var/lib/recordings"),
  },
  // a host listens, not pods: its port is in the catalogue of hosts (stacks/ports.ts)
  ports: {},
  host: (settings, runs) => (runs.includes("recordings") ? serverFragment(settings) : undefined),
  check({ path }, estate, wrong) {
    const roles = rolesRunning(estate, "recordings");
    const hosts = hostNamesRunning(estate, "recordings");
    if (hosts.length !== 1)
      wrong(
        [],
        `needs exactly one host that runs recordings (there ${hosts.length === 0 ? "is none" : `are ${hosts.join(", ")}`}): ` +
          "write runs: [recordings] in one role, with one host",
      );
    for (const role of roles)
      if (!Object.values(estate.roles[role]?.volumes ?? {}).some((volume) => volume.path === path))
        wrong(
          ["path"],
          `role ${role} has no volume at ${path}: write roles.${role}.volumes.recordings: { sizeGiB: 500, path: ${path} }`,
        );
    if (estate.image.system !== "flatcar")
      wrong([], "needs an NFS server in the system of the host, which fedora-coreos leaves out: image.system: flatcar");
  },
});
