import { type Answer, combine } from "./answer.ts";
import type { Networking, Port } from "./network.ts";
import type { Requirements } from "./requirements.ts";
import { present, type Row, raise, roomRow } from "./row.ts";

/** What is made in neutron, against its quotas. */
export function networkQuotaRows(needs: Requirements, networking: Networking, project: string): Row[] {
  const own = ownNetworking(needs, networking, project);
  const row = (what: string, resource: string, option: string, needed: number, count: Answer<number>) => {
    const room = combine({ quotas: networking.quotas, count }, ({ quotas, count }) => {
      const quota = quotas[resource];
      return { limit: quota?.limit, used: quota && quota.used + quota.reserved, own: count };
    });
    return roomRow(what, needed, room, (limit) => raise(`openstack quota set --${option} ${limit} ${project}`));
  };
  const ports = needs.hosts.length + needs.servicePorts + needs.vips.length + needs.loadBalancers.length;
  const rules = needs.securityGroupRules.length;
  return [
    ...row("networks", "network", "networks", needs.networks.length, own.networks),
    ...row("subnets", "subnet", "subnets", needs.subnets.length, own.subnets),
    ...row("routers", "router", "routers", needs.routers.length, own.routers),
    ...row("ports", "port", "ports", ports, own.ports),
    ...row("floating IPs", "floatingip", "floating-ips", needs.floatingIps.length, own.floatingIps),
    ...row("security groups", "security_group", "secgroups", needs.securityGroups.length, own.securityGroups),
    ...row("security group rules", "security_group_rule", "secgroup-rules", rules, own.securityGroupRules),
  ];
}

/** How much of what is needed is there already, found by its names. */
function ownNetworking(needs: Requirements, networking: Networking, project: string) {
  const { networks, subnets, routers, ports, floatingIps, securityGroups } = networking;
  const ownNetworks = combine({ networks }, (answer) =>
    answer.networks.filter((one) => one.project_id === project && needs.networks.includes(one.name)),
  );
  const ownGroups = combine({ securityGroups }, (answer) =>
    answer.securityGroups.filter(({ name }) => needs.securityGroups.includes(name)),
  );
  return {
    networks: combine({ ownNetworks }, (answer) => present(needs.networks, answer.ownNetworks)),
    subnets: combine({ subnets }, (answer) =>
      present(
        needs.subnets,
        answer.subnets.filter((subnet) => subnet.project_id === project),
      ),
    ),
    routers: combine({ routers }, (answer) => present(needs.routers, answer.routers)),
    ports: combine({ ports, ownNetworks, ownGroups }, (answer) => {
      const ofNeutron = servicePorts(answer.ports, ids(answer.ownNetworks));
      const ofOctavia = balancerPorts(answer.ports, ids(answer.ownNetworks));
      const balancers = Math.min(ofOctavia, needs.loadBalancers.length);
      const hosts = hostPorts(needs, answer.ports, ids(answer.ownGroups)).length;
      const vips = answer.ports.filter(({ network_id }) => ids(answer.ownNetworks).includes(network_id));
      return hosts + ofNeutron + balancers + present(needs.vips, vips);
    }),
    floatingIps: combine({ floatingIps }, (answer) =>
      present(
        needs.floatingIps,
        answer.floatingIps.map(({ description }) => ({ name: description })),
      ),
    ),
    securityGroups: combine({ ownGroups }, (answer) => present(needs.securityGroups, answer.ownGroups)),
    securityGroupRules: combine({ ownGroups }, (answer) => {
      const rules = answer.ownGroups.flatMap((group) => group.security_group_rules);
      return present(
        needs.securityGroupRules,
        rules.map(({ description }) => ({ name: description ?? "" })),
      );
    }),
  };
}

/** The ports of the estate's hosts: of their names, and in one of its security groups. */
export function hostPorts({ hosts }: Requirements, ports: readonly Port[], groups: readonly string[]): readonly Port[] {
  const own = ports.filter(({ security_groups }) => security_groups.some((id) => groups.includes(id)));
  return hosts.flatMap(({ name }) => own.find((port) => port.name === name) ?? []);
}

function servicePorts(ports: readonly Port[], networks: readonly string[]): number {
  return ports.filter((port) => port.device_owner.startsWith("network:") && networks.includes(port.network_id)).length;
}

/** Of load balancers; in a network of the cloud, whose they are is not known. */
function balancerPorts(ports: readonly Port[], networks: readonly string[]): number {
  return ports.filter((port) => port.device_owner === "Octavia" && networks.includes(port.network_id)).length;
}

function ids(things: readonly { readonly id: string }[]): readonly string[] {
  return things.map(({ id }) => id);
}
