import { applicationPorts, destinations, ports } from "../../stacks/ports.ts";
import type { Party } from "./estate-map.ts";

/** What a rule opens, as neutron compares it. */
export interface Opening {
  readonly protocol: string;
  readonly from: number;
  /** Of ICMP, whatever it is. */
  readonly to: number;
}

const parts: Readonly<Record<string, string>> = {
  ...{
    nameservers: "nameserver",
    timeServers: "time server",
    downloads: "download",
    logs: "log receiver",
    sites: "site",
  },
};

/** What may listen on hosts of any estate. */
const services = [...ports, ...Object.values(applicationPorts).flat()];

/** Where journals are received unless the document says otherwise; elsewhere the rule looks like that of a download. */
const logPorts = [19_532, 19_532] as const;

/**
 * What the port catalogue calls a service of the hosts. The rules do not say it; where several services have the ports, the name of the
 * role decides if it is a workload's, else both are named, or of more the first. Empty when the catalogue has none.
 */
export function serviceOn(to: Party, { protocol, from, to: last }: Opening): string {
  const alike = services.filter(
    (port) => port.protocol === protocol && port.from === from && (protocol === "icmp" || port.to === last),
  );
  const exact = alike.filter(({ on }) => on === to.name);
  const [first, ...others] = (exact.length > 0 ? exact : alike).map(({ service }) => service);
  return first === undefined ? "" : [first, ...(others.length > 1 ? ["others"] : others)].join(" or ");
}

/** What the catalogue calls a service outside of the estate, and what it is on: empty, and `range`, when it has none. */
export function serviceOutside(cidr: string, opening: Opening): { readonly service: string; readonly on: string } {
  const fits = destinations.filter(({ service, protocol, ports: range, to }) => {
    const usual = service === "logs" ? logPorts : range;
    // that is a host of the estate
    if ("announced" in to) return false;
    const same = !usual || (usual[0] === opening.from && usual[1] === opening.to);
    return protocol === opening.protocol && same && (!("cidrs" in to) || to.cidrs.includes(cidr));
  });
  const certain = fits.filter((one) => one.ports || one.service === "logs");
  const [found] = [...fits.filter((one) => "cidrs" in one.to), ...certain, ...fits];
  if (!found) return { service: "", on: "range" };
  return { service: found.service, on: "named" in found.to ? (parts[found.to.named] ?? "range") : found.service };
}
