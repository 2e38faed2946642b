import { addressCount } from "./addresses.ts";
import { combine } from "./answer.ts";
import { namedNetworkRows } from "./named-network.ts";
import type { CloudNetwork, Networking, Subnet } from "./network.ts";
import { hostPorts } from "./network-quotas.ts";
import type { Requirements, SiteRequirement } from "./requirements.ts";
import { listed, type Row, roomRow } from "./row.ts";

/** Mode `provider`: whether each site's network takes hosts, and has the site's subnet. */
export function siteRows(needs: Requirements, networking: Networking): Row[] {
  return needs.sites.flatMap((site) =>
    namedNetworkRows({
      ...{
        what: `network ${site.network} of site ${site.site}`,
        name: site.network,
        networks: networking.networks,
        wrong,
      },
      instead: (networks) => {
        const there = listed(networks.filter((network) => !wrong(network)).map(({ name }) => name));
        return `write another in sites.${site.site}.network (there: ${there})`;
      },
      within: (network) => subnetRows(needs, site, networking, network),
    }),
  );
}

function wrong(network: CloudNetwork): string | undefined {
  const state = network.admin_state_up ? network.status : "switched off";
  if (state !== "ACTIVE") return `it is ${state}: ask the cloud's operators why`;
  // nova refuses servers on a network that is only external
  return network["router:external"] && !network.shared
    ? "it takes no servers, only floating IPs: have it shared with the project, use mode private"
    : undefined;
}

function subnetRows(needs: Requirements, site: SiteRequirement, networking: Networking, network: CloudNetwork): Row[] {
  const what = `subnet ${site.cidr} of site ${site.site}`;
  if ("unknown" in networking.subnets) return [{ what, verdict: "unknown", detail: networking.subnets.unknown }];
  const subnets = networking.subnets.value.filter(({ network_id }) => network_id === network.id);
  const found = subnets.filter(({ cidr }) => cidr === site.cidr);
  const [subnet] = found;
  if (!subnet || found.length > 1) {
    const wrong = subnet ? `${found.length} subnets of the network have that range` : "the network has no such subnet";
    const there = listed(subnets.map(({ cidr }) => cidr));
    return [
      { what, verdict: "missing", cure: `${wrong}: write its range in sites.${site.site}.cidr (there: ${there})` },
    ];
  }
  return [{ what, verdict: "ok" }, ...addressRows(needs, site, networking, subnet)];
}

/** One for each host. */
function addressRows(needs: Requirements, site: SiteRequirement, networking: Networking, subnet: Subnet): Row[] {
  const { ports, securityGroups } = networking;
  const subnets = networking.addresses[subnet.network_id] ?? { unknown: "not asked" };
  const room = combine({ subnets, ports, securityGroups }, (answer) => {
    const groups = answer.securityGroups.filter(({ name }) => needs.securityGroups.includes(name)).map(({ id }) => id);
    const own = hostPorts(needs, answer.ports, groups).filter(({ fixed_ips }) =>
      fixed_ips.some(({ subnet_id }) => subnet_id === subnet.id),
    );
    return { ...addressCount(answer.subnets.filter(({ subnet_id }) => subnet_id === subnet.id)), own: own.length };
  });
  const cure = "have the cloud's operators enlarge the subnet, or put hosts in another site";
  return roomRow(`addresses of ${site.cidr}`, site.hosts.length, room, () => cure);
}
