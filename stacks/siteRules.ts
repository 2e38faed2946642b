import { contains, overlap, prefixOf } from "./cidr.ts";
import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** Addresses of a range that no host gets: its own, the broadcast's, the gateway's, and that of neutron's DHCP. */
const taken = 4;

/** A range cannot be widened later: addresses of hosts outlive them. */
export function checkRoom({ roles, sites }: Estate, wrong: Wrong): void {
  const only = Object.keys(sites).length === 1 ? Object.keys(sites)[0] : undefined;
  const places = Object.entries(roles).flatMap(([name, role]) =>
    Object.values(hostsOf(name, role)).map(({ site }) => site ?? only),
  );
  for (const [name, { cidr }] of Object.entries(sites)) {
    const count = places.filter((place) => place === name).length;
    const room = Math.max(0, 2 ** (32 - prefixOf(cidr)) - taken);
    if (count > room)
      wrong(
        ["sites", name, "cidr"],
        `${cidr} has addresses for ${room} hosts, and ${count} are there: write a wider range`,
      );
  }
}

/** There is one at least, and each is of the network mode. */
export function checkSites({ network, sites }: Estate, wrong: Wrong): void {
  if (Object.keys(sites).length === 0) wrong(["sites"], "empty: add one: the hosts need at least one");
  for (const [name, site] of Object.entries(sites)) {
    if (network.mode === "provider" && site.network === undefined)
      wrong(["sites", name, "network"], "missing: in mode provider, write the name of the cloud's network");
    if (network.mode === "private" && site.network)
      wrong(
        ["sites", name, "network"],
        "is for mode provider: leave it out, in mode private the estate makes a network of its own",
      );
  }
}

/** Sites, pods and services share no address. */
export function checkRanges({ sites, orchestrator }: Estate, wrong: Wrong): void {
  const ranges: [PropertyKey[], string][] = [
    ...Object.entries(sites).map(([name, { cidr }]): [PropertyKey[], string] => [["sites", name, "cidr"], cidr]),
    [["orchestrator", "podCidr"], orchestrator.podCidr],
    [["orchestrator", "serviceCidr"], orchestrator.serviceCidr],
  ];
  for (const [index, [path, cidr]] of ranges.entries())
    for (const [otherPath, other] of ranges.slice(0, index))
      if (overlap(cidr, other))
        wrong(path, `${cidr} overlaps ${otherPath.join(".")} (${other}): choose a range of its own`);
}

/** What is in the ranges of pods and services is a pod or a service to a host, and no server outside. */
export function checkOutside({ network, logs, orchestrator }: Estate, wrong: Wrong): void {
  const outside: [PropertyKey[], string][] = [
    ...(["nameservers", "timeServers"] as const).flatMap((part) =>
      Object.entries(network[part]).map(([name, address]): [PropertyKey[], string] => [
        ["network", part, name],
        address,
      ]),
    ),
    ...Object.entries(network.downloads).map(([name, { cidr }]): [PropertyKey[], string] => [
      ["network", "downloads", name, "cidr"],
      cidr,
    ]),
    ...(logs ? [[["logs", "address"], logs.address] satisfies [PropertyKey[], string]] : []),
  ];
  for (const [path, address] of outside)
    for (const part of ["podCidr", "serviceCidr"] as const)
      if (contains(orchestrator[part], address) && prefixOf(address) >= prefixOf(orchestrator[part]))
        wrong(
          path,
          `${address} is in orchestrator.${part} (${orchestrator[part]}), so that no host reaches it: choose another range for that`,
        );
}
