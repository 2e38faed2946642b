import type { PolicyResource } from "@pulumi/policy";
import { type OpenRule, opensToWorld } from "../judgements.ts";
import { groupOf, groupsIn, isOpened, mayListenOn, type OpenGroup } from "../openings.ts";
import { type Judged, known, resourceRule, stackRule, type Violation } from "../rule.ts";

const ruleType = "openstack:networking/secGroupRule:SecGroupRule";

/** SSH is for administrators' ranges. */
export const noSshFromWorld = resourceRule({
  name: "no-ssh-from-world",
  description: "SSH must not be open to the internet.",
  allows: "names of rules",
  find: ({ type, name, props }): Violation[] => {
    const rule = props as OpenRule;
    if (type !== ruleType || !opensToWorld(rule)) return [];
    const { protocol, portRangeMin: from, portRangeMax: to } = rule;
    if (!(protocol === undefined || protocol === "tcp") || (from && to && (from > 22 || to < 22))) return [];
    const message = "opens SSH to the internet; name the ranges administrators work from in admins.cidrs";
    return [{ what: name, message }];
  },
});

/** What anyone may reach is in the port catalogue, and nowhere else. */
export const worldOnlyByCatalogue = resourceRule({
  name: "world-only-by-catalogue",
  description: "Only ports that the catalogue opens to the world may be open to the world.",
  allows: "a protocol and its ports, such as `tcp 8443-8443`",
  find: (resource) => (resource.type === ruleType ? unlisted(resource) : []),
});

function unlisted({ props }: Judged): Violation[] {
  const rule = props as OpenRule;
  if (!opensToWorld(rule) || isOpened(rule)) return [];
  const what = portsOf(rule);
  const cure = "the catalogue (stacks/ports.ts) does not: open it there, or name who may reach it";
  return [{ what, message: `opens ${what} to the internet; ${cure}` }];
}

function portsOf({ protocol, portRangeMin: from, portRangeMax: to }: OpenRule): string {
  return `${protocol ?? "every protocol"} ${from ?? "any"}-${to ?? "any"}`;
}

/**
 * The same port is for everyone on one host and for administrators on another. Whose group a rule is for, only the stack shows: so this is
 * a rule beside the one above, which stops an update before the rule is made.
 */
export const worldOnlyWhereItListens = stackRule({
  name: "world-only-where-it-listens",
  description: "A port that the catalogue opens to the world is open on hosts that run what listens there.",
  allows: "names of rules",
  find: (resources) => {
    const groups = groupsIn(resources);
    // a range that is known later is that of one address: the update judges it
    return resources
      .filter(({ type }) => type === ruleType)
      .flatMap((rule) => known(() => misplaced(rule, groups)) ?? []);
  },
});

function misplaced(resource: PolicyResource, groups: readonly OpenGroup[]): Violation[] {
  const rule = resource.props as OpenRule;
  if (!opensToWorld(rule) || !isOpened(rule)) return [];
  const group = groupOf(resource, groups);
  if (group && isOpened(rule, group, groups)) return [];
  const { name, urn } = resource;
  const fault = `the rule ${name} opens ${portsOf(rule)} to the internet`;
  const message = group
    ? `${fault} on ${group.name}, whose hosts run ${group.runs.join(", ") || "nothing that is known"}: open it there in the catalogue (stacks/ports.ts), or name who may reach it`
    : `${fault} on a group that the stack has not: give it a group of components/securityGroups.ts, or name who may reach it`;
  return [{ urn, what: name, message }];
}

/** Behind a floating IP a listener without ranges is open to whoever finds it, whatever is closed on the hosts behind it. */
export const listenersNameCallers = resourceRule({
  name: "listeners-name-callers",
  description: "Load balancers let in whom they name; the ports of the ingress alone are for everyone.",
  allows: "names of listeners",
  find: ({ type, name, props }): Violation[] => {
    if (type !== "openstack:loadbalancer/listener:Listener") return [];
    const { protocol, protocolPort: port, allowedCidrs: ranges = [] } = props as Listener;
    const wide = ranges.filter((remoteIpPrefix) => opensToWorld({ direction: "ingress", remoteIpPrefix }));
    if ((ranges.length > 0 && wide.length === 0) || mayListenOn(protocol, port)) return [];
    const whom = ranges.length > 0 ? `the internet (${wide.join(", ")})` : "anyone";
    const cure = "give it allowedCidrs, the ranges of who may come (components/apiBalancer.ts)";
    return [{ what: name, message: `the listener ${name} lets ${whom} in on port ${port}: ${cure}` }];
  },
});

interface Listener {
  readonly protocol: string;
  readonly protocolPort: number;
  readonly allowedCidrs?: readonly string[];
}

/** What no group is for is open to everyone who reaches its network. */
export const portsAreGuarded = resourceRule({
  name: "ports-are-guarded",
  description: "Ports have security groups, and the cloud keeps to them.",
  allows: "names of ports and networks",
  // the address of the API's VIP: no server has the port, and what comes to the address is judged at the port of the server that has it
  excepted: ["api-port"],
  find: ({ type, name, props }): Violation[] => {
    const kind = /^openstack:networking\/(port|network):/.exec(type)?.[1];
    if (!kind) return [];
    const { noSecurityGroups, portSecurityEnabled } = props as Guarded;
    return [
      ...(noSecurityGroups
        ? [`the port ${name} has no security group: give it securityGroupIds instead of noSecurityGroups`]
        : []),
      ...(portSecurityEnabled === false
        ? [`of the ${kind} ${name} no security group is kept to: take portSecurityEnabled: false out`]
        : []),
    ].map((message) => ({ what: name, message }));
  },
});

interface Guarded {
  readonly noSecurityGroups?: boolean;
  readonly portSecurityEnabled?: boolean;
}
