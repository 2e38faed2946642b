import { contains } from "../../stacks/cidr.ts";
import type { Reach, RouterMap, SiteMap } from "./estate-map.ts";
import type { HostFound } from "./hosts.ts";
import { byText, unique } from "./order.ts";
import { field, present, type State, text } from "./state.ts";

/**
 * The networks with hosts, by the ids of their subnets. Those of the estate are resources. Those of the cloud are not in the state:
 * their name is known from a server on them, their range from the rule that lets hosts renew their addresses there, if they do.
 */
export function findSites(
  state: State,
  hosts: readonly HostFound[],
  reach: readonly Reach[],
): ReadonlyMap<string, SiteMap> {
  const own = ownSites(state);
  const others = hosts.filter(({ subnetId }) => !own.some(([id]) => id === subnetId));
  return new Map([...own, ...apart(cloudSites(others, reach))].sort(([, a], [, b]) => byText(a.name, b.name)));
}

function ownSites(state: State): (readonly [string, SiteMap])[] {
  return present(state, "networking/subnet:Subnet").map(({ id, values }) => {
    const network = present(state, "networking/network:Network").find((one) => one.id === values.networkId);
    const name = network?.name.slice(network.parent.length + 1) ?? "";
    return [id, { name, network: text(network?.values.name), cidr: text(values.cidr), own: true }];
  });
}

function cloudSites(hosts: readonly HostFound[], reach: readonly Reach[]): (readonly [string, SiteMap])[] {
  const ranges = reach.filter(({ service }) => service === "dhcp-renewal").map(({ to }) => to);
  return unique(hosts.map(({ subnetId }) => subnetId)).map((id) => {
    const here = hosts.filter(({ subnetId }) => subnetId === id);
    const [first] = here;
    const range = ranges.find(({ cidr = "" }) => here.some(({ fixed }) => contains(cidr, fixed)));
    const network = here.find((host) => host.network !== "")?.network ?? first?.networkId ?? "";
    return [id, { name: network, network, cidr: range?.cidr ?? "", own: false }];
  });
}

/** Two subnets of one network are told apart by their ranges, or their ids. */
function apart(sites: readonly (readonly [string, SiteMap])[]): (readonly [string, SiteMap])[] {
  const names = sites.map(([, { name }]) => name);
  return sites.map(([id, site]) => {
    const twice = names.filter((name) => name === site.name).length > 1;
    return [id, twice ? { ...site, name: `${site.name} ${site.cidr || id}` } : site];
  });
}

/** The router of the estate. What it leads to is looked up in the cloud, and named by the floating IPs alone. */
export function findRouter(state: State): RouterMap | undefined {
  const [router] = present(state, "networking/router:Router");
  if (!router) return undefined;
  const pool = present(state, "networking/floatingIp:FloatingIp").map(({ values }) => text(values.pool))[0];
  const { name, externalNetworkId, externalFixedIps } = router.values;
  const addresses = Array.isArray(externalFixedIps) ? externalFixedIps.map((one) => field(one, "ipAddress")) : [];
  return {
    ...{ name: text(name), external: pool || text(externalNetworkId) },
    addresses: unique(addresses.filter((address) => address !== "")),
  };
}
