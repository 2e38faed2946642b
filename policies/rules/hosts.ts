import { unsafeServers } from "../judgements.ts";
import { resourceRule, stackRule } from "../rule.ts";
import { forked, serversOf } from "../servers.ts";
import { leakedSecrets } from "../userData.ts";

/** A server without gates is killed in the middle of its work, and the next one before it is back. */
export const serversHaveGates = stackRule({
  name: "servers-have-gates",
  description: "Every server is drained before it goes, and waited for before the next one is touched.",
  allows: "names of servers",
  find: (resources) =>
    unsafeServers(resources).map(({ urn, name, missing }) => ({
      ...{ urn, what: name },
      message: `the server ${name} ${missing}`,
    })),
});

/** The parts of a server that make it another one. */
const decisive = ["imageId", "imageName", "flavorId", "flavorName", "userData", "*"];

/** Otherwise a new image is never rolled out, and nobody is told. */
export const serversFollowImage = resourceRule({
  name: "servers-follow-image",
  description: "A new image, flavor or configuration replaces the server.",
  allows: "names of servers",
  find: ({ type, name, opts }) => {
    if (type !== "openstack:compute/instance:Instance") return [];
    const ignored = (opts.ignoreChanges ?? []).filter((path) => decisive.includes(path));
    const cure = "take it out of its ignoreChanges, and hosts roll in order";
    return ignored.map((path) => ({ what: name, message: `the server ${name} ignores a change of ${path}: ${cure}` }));
  },
});

/** Two servers that wait for the same one are replaced at the same time, whatever the width of their pool. */
export const gatesInARow = stackRule({
  name: "gates-in-a-row",
  description: "Hosts of a pool that are replaced wait for each other's gates, one for one.",
  allows: "names of servers",
  find: (resources) => forked(serversOf(resources)),
});

/** Of an even number half is no majority: one more server, and the same failures it survives. */
export const oddServers = stackRule({
  name: "odd-servers",
  description: "The orchestrator has an odd number of servers.",
  allows: "the number, as `2`",
  find: (resources) => {
    const servers = serversOf(resources).filter(({ role }) => role === "orchestrator");
    if (servers.length === 0 || servers.length % 2 === 1) return [];
    const names = servers.map(({ name }) => name).sort();
    const message = `the orchestrator has ${names.length} servers (${names.join(", ")}): have 1, 3 or 5 in roles.orchestrator.hosts`;
    return [{ what: String(names.length), message }];
  },
});

/** Whoever may ask the metadata service, and whoever may read the server in the cloud, reads user data. */
export const noSecretsInUserData = resourceRule({
  name: "no-secrets-in-user-data",
  description: "User data holds no secret but join tokens and the SSH host key.",
  allows: "paths of files of the host",
  find: ({ type, props }) =>
    type === "openstack:compute/instance:Instance" && typeof props.userData === "string"
      ? leakedSecrets(props.userData).map(({ path, holds }) => ({
          what: path,
          message: `${path} in the user data holds ${holds}: bring it to the host over SSH when it is there, or have a Secret of Kubernetes hold it`,
        }))
      : [],
});
