import type { Catalogue, Node, Service } from "./catalogue.ts";
import { mark, type SeenCheck, type SeenNode, type SeenService } from "./seen.ts";

/** Something that Consul is told, and why. */
export interface Step {
  readonly path: "/v1/catalog/register" | "/v1/catalog/deregister";
  readonly body: Readonly<Record<string, unknown>>;
  readonly why: string;
}

/** How services were found, by `<host>/<service>`. */
export type Found = ReadonlyMap<string, SeenCheck>;

/** The id of the check of a service. */
export function checkOf(service: string): string {
  return `service:${service}`;
}

/**
 * What is to be told so that Consul has what is declared, and nothing else of ours. Nothing where it has: then it writes nothing, and
 * wakes nobody who waits for a change. An empty catalogue takes nothing away: that is rather a mistake.
 */
export function planOf({ nodes }: Catalogue, seen: ReadonlyMap<string, SeenNode>, found: Found): Step[] {
  const declared = Object.entries(nodes);
  if (declared.length === 0) return [];
  const kept = declared.flatMap(([name, node]) => nodeSteps(name, node, seen.get(name), found));
  const gone = [...seen.keys()].filter((name) => nodes[name] === undefined);
  return [...kept, ...gone.map((name) => deregister({ Node: name }, `${name} is no host of the estate`))];
}

function nodeSteps(name: string, node: Node, seen: SeenNode | undefined, found: Found): Step[] {
  const meta = { ...node.meta, ...mark };
  const moved = seen === undefined || seen.address !== node.address || !same(seen.meta, meta);
  const registered = node.services.flatMap((service): Step[] => {
    const check = found.get(`${name}/${service.service}`);
    const why = whyRegister(service, seen?.services[service.service], check);
    if (!moved && !why) return [];
    const body = {
      ...{ Node: name, Address: node.address, NodeMeta: meta },
      Service: {
        ...{ ID: service.service, Service: service.service, Port: service.port },
        ...(service.address === undefined ? {} : { Address: service.address }),
      },
      ...(check ? { Check: checkBody(name, service, check) } : {}),
    };
    return [
      { path: "/v1/catalog/register", body, why: `${service.service} of ${name}: ${why || "its host is another"}` },
    ];
  });
  const wanted = node.services.map(({ service }) => service);
  const surplus = Object.keys(seen?.services ?? {}).filter((id) => !wanted.includes(id));
  return [
    ...registered,
    ...surplus.map((id) => deregister({ Node: name, ServiceID: id }, `${name} has no ${id}`)),
    ...strayChecks(name, node, seen),
  ];
}

/** Why a service is told; empty where Consul has it as it is. */
function whyRegister(wanted: Service, seen: SeenService | undefined, check: SeenCheck | undefined): string {
  if (!seen) return "not registered";
  if (seen.service !== wanted.service || seen.port !== wanted.port || seen.address !== (wanted.address ?? ""))
    return "registered otherwise";
  const before = seen.checks[checkOf(wanted.service)];
  if (check && (before?.status !== check.status || before.output !== check.output))
    return `${check.status}: ${check.output}`;
  return "";
}

/** Checks of a service that nobody looks at any more: they would say for ever what was so once. */
function strayChecks(name: string, { services }: Node, seen: SeenNode | undefined): Step[] {
  return services.flatMap(({ service, checked }) => {
    const stray = !checked && seen?.services[service]?.checks[checkOf(service)] !== undefined;
    return stray
      ? [deregister({ Node: name, CheckID: checkOf(service) }, `${service} of ${name} is not looked at`)]
      : [];
  });
}

function checkBody(node: string, { service }: Service, { status, output }: SeenCheck) {
  return {
    ...{ Node: node, CheckID: checkOf(service), Name: `${service} takes connections`, ServiceID: service },
    ...{ Status: status, Output: output },
  };
}

function deregister(body: Readonly<Record<string, string>>, why: string): Step {
  return { path: "/v1/catalog/deregister", body, why };
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}
