import { addressCount } from "./addresses.ts";
import { combine } from "./answer.ts";
import { namedNetworkRows } from "./named-network.ts";
import type { CloudNetwork, Networking } from "./network.ts";
import type { Requirements } from "./requirements.ts";
import { listed, present, type Row, roomRow } from "./row.ts";

/** Mode `private`: whether the external network can be the router's gateway and give the floating IPs. */
export function externalRows(needs: Requirements, networking: Networking): Row[] {
  if (needs.external === undefined) return [];
  return namedNetworkRows({
    ...{ what: `external network ${needs.external}`, name: needs.external, networks: networking.networks, wrong },
    instead: (networks) => {
      const external = networks.filter((network) => network["router:external"]).map(({ name }) => name);
      return `write another in network.external (there: ${listed(external)})`;
    },
    within: (network) => addressRows(needs, networking, network),
  });
}

function wrong(network: CloudNetwork): string | undefined {
  if (!network["router:external"]) return "it is no external network: ask the cloud's operators which one is";
  return network.subnets.length === 0
    ? "it has no subnet, so no addresses: have the cloud's operators make one"
    : undefined;
}

/** One for each floating IP, and the router's. */
function addressRows(needs: Requirements, networking: Networking, { id, name }: CloudNetwork): Row[] {
  const { routers, floatingIps } = networking;
  const subnets = networking.addresses[id] ?? { unknown: "not asked" };
  const room = combine({ subnets, routers, floatingIps }, (answer) => {
    const gateways = answer.routers.filter(({ external_gateway_info: gateway }) => gateway?.network_id === id);
    const floating = answer.floatingIps.filter(({ floating_network_id }) => floating_network_id === id);
    const own =
      present(needs.routers, gateways) +
      present(
        needs.floatingIps,
        floating.map(({ description }) => ({ name: description })),
      );
    return { ...addressCount(answer.subnets), own };
  });
  const needed = needs.floatingIps.length + needs.routers.length;
  const cure =
    "have the cloud's operators add a subnet, release floating IPs that nobody uses, or set publicAddress for fewer roles";
  return roomRow(`addresses of ${name}`, needed, room, () => cure);
}
