import type { HostFacts } from "../../stacks/facts.ts";
import { ports as allPorts, type Port } from "../../stacks/ports.ts";
import { hostsRunning } from "../hosts.ts";
import { hostJobs, type Known } from "../monitoring/targets.ts";
import type { Catalogue, Service } from "./service/catalogue.ts";

/** A service that hosts give, and whether it is looked at how it is. */
interface Given extends Service {
  readonly hosts: readonly HostFacts[];
}

/**
 * What the estate registers: its hosts, each with its services as the one port catalogue has them. The meetings' servers are `bbb`, TURN
 * servers `turn`, and what Prometheus reads of hosts has the name that its job has.
 *
 * @param fixed addresses of hosts on the estate's network, by name
 */
export function catalogueOf(known: Known, fixed: Readonly<Record<string, string>>): Catalogue {
  const given = givenBy(known);
  const hosts = known.pools.flatMap((pool) => pool.hosts);
  const nodes = hosts.flatMap(({ name, role, site }) => {
    const [address, services] = [fixed[name], given.filter((one) => one.hosts.some((host) => host.name === name))];
    if (!address || services.length === 0) return [];
    const own = services.map(({ hosts: on, ...service }) => service);
    return [[name, { address, meta: { role, site }, services: own.map((one) => named(one, hosts, name)) }] as const];
  });
  return { nodes: Object.fromEntries(nodes) };
}

function givenBy(known: Known): Given[] {
  const runs = (application: string) => known.apps.some(({ name }) => name === application);
  const of = (service: string, as: string, checked: boolean, on: Port["on"]): Given[] => {
    const port = allPorts.find((one) => one.service === service);
    const hosts = on === "hosts" ? [] : hostsRunning(known, on);
    return port ? [{ service: as, port: port.from, checked, hosts }] : [];
  };
  const exporters = runs("monitoring") ? hostJobs(known) : [];
  return [
    // the address that people use is open to the estate's pods too
    ...of("https", "bbb", true, "bbb"),
    ...(runs("coturn") ? of("turn", "turn", false, "turn") : []),
    // Prometheus itself tells how those are that it reads
    ...exporters.map(({ name, port, hosts }) => ({ service: name, port, hosts, checked: false })),
  ];
}

/** Those that people reach are at the name that the host announces; what is read is at the host's own address. */
function named(service: Service, hosts: readonly HostFacts[], name: string): Service {
  const announced = hosts.find((host) => host.name === name)?.names.announced;
  return ["bbb", "turn"].includes(service.service) && announced ? { ...service, address: announced } : service;
}
