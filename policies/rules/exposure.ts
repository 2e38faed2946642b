import { ports } from "../../stacks/ports.ts";
import { type OpenRule, opensToWorld } from "../judgements.ts";
import { type Judged, resourceRule, type Violation } from "../rule.ts";

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
  if (!opensToWorld(rule)) return [];
  const { protocol, portRangeMin: from, portRangeMax: to } = rule;
  const listed = ports.some(
    (port) => port.sources.includes("world") && port.protocol === protocol && port.from === from && port.to === to,
  );
  const what = `${protocol ?? "every protocol"} ${from ?? "any"}-${to ?? "any"}`;
  const cure = "the catalogue (stacks/ports.ts) does not: open it there, or name who may reach it";
  return listed ? [] : [{ what, message: `opens ${what} to the internet; ${cure}` }];
}
