import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { Name } from "../../stacks/schema/primitives.ts";
import { told, whole } from "../../stacks/schema/told.ts";
import { hostNamesRunning, rolesRunning } from "../hosts.ts";

export const application = defineApplication({
  about: "TURN servers, which relay media to the bbb hosts for people whose network lets nothing else through.",
  settings: {
    /**
     * Name of the Secret in the orchestrator with tls.crt and tls.key, for the announced names of all turn hosts. Pods wait until it is
     * there. A renewed one is taken by the running servers.
     */
    certificate: Name.default("coturn-certs"),
    /**
     * Minutes that relays have to end before a server does. Those that are left then are cut, and browsers look for another server.
     * Changing it drains and restarts the servers, one after another.
     */
    drainMinutes: whole(1, 1440, "minutes").default(10),
    /**
     * Count it up by one to change the shared secret. Credentials of the one before are taken until it is revoked; those of the next one
     * are taken already. By two at once, both sides would disagree for a while. It restarts nothing.
     */
    generation: z.int(told("write a whole number, 0 or more")).min(0).default(0),
    /** Credentials of this secret and all before it are refused. Count it up a day after `generation`. It restarts nothing. */
    revoked: z.int(told("write a whole number, -1 or more")).min(-1).default(-1),
  },
  secrets: { seed: { bytes: 32 } },
  // hosts listen, not pods: the ports are in the catalogue of hosts (stacks/ports.ts)
  ports: {},
  certificates: ({ certificate }, { zone, roles }) => {
    const hosts = hostNamesRunning({ roles }, "turn");
    return [{ secret: certificate, names: hosts.map((host) => `${host}.${zone}`).sort() }];
  },
  check({ drainMinutes, generation, revoked }, estate, wrong) {
    const count = hostNamesRunning(estate, "turn").length;
    if (count < 2)
      wrong(
        [],
        `needs two hosts at least that run turn, and there are ${count}: one relays while the other is drained`,
      );
    if (rolesRunning(estate, "bbb").length === 0)
      wrong([], "needs hosts that run bbb, to relay to: add a role of them, or write enabled: false");
    for (const role of rolesRunning(estate, "turn")) {
      const { drainMinutes: has, afterDrainMinutes } = estate.roles[role]?.rollout ?? {};
      // a pod may need all of its time, and is looked for a little later
      if (has !== undefined && has < drainMinutes + 1 && afterDrainMinutes !== "wait")
        wrong(
          ["drainMinutes"],
          `leaves no minute of roles.${role}.rollout.drainMinutes (${has}), so that no host could be replaced: write less here, or at least ${drainMinutes + 1} there`,
        );
    }
    if (revoked >= generation)
      wrong(["revoked"], `would refuse the secret in use: write less than generation (${generation})`);
  },
});
