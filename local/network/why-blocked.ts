import { type Cloud, indexed, isIpv6, isSecured } from "./cloud.ts";
import type { CloudState, Member, Port, SecurityGroupRule } from "./model.ts";
import { type Found, pathFromHost, pathFromOperator } from "./paths.ts";
import { icmp, protocolNumber } from "./protocols.ts";
import { contains } from "./routers.ts";

/** A connection that somebody wants to open. */
export interface Question {
  /** A server's id, or "operator" for the side from which the estate is managed. */
  readonly from: string;
  /** An address: fixed, floating, of a load balancer, or of the cloud itself. */
  readonly to: string;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** For ICMP it is not looked at. */
  readonly port: number;
}

/**
 * Says in one sentence what in neutron (or in `off`, the servers without power) keeps a connection from being opened;
 * nothing if the network lets it through, and whether anybody listens is another question.
 */
export function whyBlocked(state: CloudState, question: Question, off: ReadonlySet<string>): string | undefined {
  const cloud = indexed(state);
  const { from, to } = question;
  if (off.has(from)) return `${serverName(cloud, from)} is switched off`;
  const path: Found =
    from === "operator"
      ? pathFromOperator(cloud, to)
      : pathFromHost(cloud, serverName(cloud, from), cloud.hostPorts.get(from) ?? [], to);
  if ("none" in path) return path.none;
  const { out, into, seenFrom } = path;
  if (out && !lets(cloud, out, "egress", to, question)) return missingRule(cloud, out, "out to", to, question);
  if (!into) return undefined;
  if (off.has(into.device_id)) return `${portName(cloud, into)} is switched off`;
  if (!lets(cloud, into, "ingress", seenFrom, question)) return missingRule(cloud, into, "in from", seenFrom, question);
  return balancerProblem(cloud, into, question);
}

function lets(
  cloud: Cloud,
  port: Port,
  direction: "ingress" | "egress",
  remote: string,
  { protocol, port: number }: Question,
): boolean {
  if (!isSecured(port)) return true;
  return cloud.securityGroups
    .filter(({ id }) => port.security_groups.includes(id))
    .flatMap(({ security_group_rules }) => security_group_rules)
    .some(
      (rule) =>
        rule.direction === direction &&
        (rule.ethertype === "IPv6") === isIpv6(remote) &&
        coversProtocol(rule, protocol, number) &&
        coversRemote(cloud, rule, remote),
    );
}

function coversProtocol(rule: SecurityGroupRule, protocol: string, port: number): boolean {
  const wanted = protocolNumber(protocol, rule.ethertype);
  const number = protocolNumber(rule.protocol, rule.ethertype);
  if (number === undefined) return true;
  if (number !== wanted) return false;
  const { port_range_min: min, port_range_max: max } = rule;
  // an echo request is what ping sends
  if (number === icmp[rule.ethertype]) return min === null || min === (rule.ethertype === "IPv6" ? 128 : 8);
  return (min ?? max ?? port) <= port && port <= (max ?? min ?? port);
}

function coversRemote(cloud: Cloud, rule: SecurityGroupRule, remote: string): boolean {
  const among = (list: readonly string[] | undefined) => (list ?? []).some((cidr) => contains(cidr, remote));
  if (rule.remote_group_id) return among(cloud.members.get(rule.remote_group_id));
  if (rule.remote_address_group_id) {
    return among(cloud.addressGroups.find(({ id }) => id === rule.remote_address_group_id)?.addresses);
  }
  return rule.remote_ip_prefix === null || contains(rule.remote_ip_prefix, remote);
}

function missingRule(cloud: Cloud, port: Port, way: string, remote: string, question: Question): string {
  const groups = cloud.securityGroups.filter(({ id }) => port.security_groups.includes(id)).map(({ name }) => name);
  const what = question.protocol === "icmp" ? "ping" : `${question.protocol} ${question.port}`;
  const name = portName(cloud, port);
  if (groups.length === 0) return `${name} has no security group, so nothing lets ${what} ${way} ${remote}`;
  return `no rule of the security groups of ${name} (${groups.toSorted().join(", ")}) lets ${what} ${way} ${remote}`;
}

/** A load balancer takes what its listeners are for. */
function balancerProblem(cloud: Cloud, port: Port, { protocol, port: number, to }: Question): string | undefined {
  const balancer = cloud.loadBalancers.find(({ vip_port_id }) => vip_port_id === port.id);
  if (!balancer || protocol === "icmp") return undefined;
  const listener = cloud.listeners.find(
    ({ loadbalancers, protocol_port, protocol: kind }) =>
      loadbalancers.some(({ id }) => id === balancer.id) &&
      protocol_port === number &&
      (kind === "UDP") === (protocol === "udp"),
  );
  if (!listener) return `load balancer ${balancer.name} (${to}) has no listener for ${protocol} ${number}`;
  const pool = cloud.pools.find(({ id }) => id === listener.default_pool_id);
  if (!pool) return `listener ${listener.name} of load balancer ${balancer.name} has no pool`;
  if (pool.members.length === 0) return `pool ${pool.name} of load balancer ${balancer.name} has no member`;
  const problems = pool.members.map((member) => memberProblem(cloud, port, member, protocol));
  if (problems.includes(undefined)) return undefined;
  return `load balancer ${balancer.name} reaches no member of its pool ${pool.name}: ${problems[0]}`;
}

/** What keeps a load balancer from one of its members. */
function memberProblem(cloud: Cloud, vip: Port, member: Member, protocol: Question["protocol"]): string | undefined {
  const path = pathFromHost(cloud, portName(cloud, vip), [vip], member.address);
  const question = { from: vip.id, to: member.address, protocol, port: member.protocol_port };
  if ("none" in path) return path.none;
  if (!lets(cloud, vip, "egress", member.address, question)) {
    return missingRule(cloud, vip, "out to", member.address, question);
  }
  const { into, seenFrom } = path;
  if (!into || lets(cloud, into, "ingress", seenFrom, question)) return undefined;
  return missingRule(cloud, into, "in from", seenFrom, question);
}

function serverName(cloud: Cloud, id: string): string {
  return cloud.server.get(id)?.name ?? `server ${id}`;
}

function portName(cloud: Cloud, port: Port): string {
  const balancer = cloud.loadBalancers.find(({ vip_port_id }) => vip_port_id === port.id);
  if (balancer) return `load balancer ${balancer.name}`;
  return cloud.server.get(port.device_id)?.name ?? `port ${port.name || port.id}`;
}
