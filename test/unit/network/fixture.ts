import { createHash } from "node:crypto";
import {
  type CloudState,
  emptyCloud,
  type Listener,
  type Member,
  type Network,
  type Pool,
  type Port,
  type SecurityGroupRule,
  type Subnet,
} from "../../../local/network/model.ts";

/** A UUID that only depends on a name. */
export function id(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

export function mac(name: string): string {
  return `fa:16:3e:${createHash("sha256").update(name).digest("hex").slice(0, 6).match(/../g)?.join(":")}`;
}

/** A cloud written down by hand. Each function adds one thing, and things refer to each other by name. */
export class Fixture {
  state: CloudState = emptyCloud;

  network(name: string, cidr: string, more: Partial<Network & Subnet> = {}): void {
    const { mtu = 1450, ...subnet } = more;
    this.add("networks", {
      id: id(name),
      name,
      mtu,
      admin_state_up: true,
      "provider:physical_network": name === "public" ? name : null,
    });
    this.add("subnets", {
      id: id(`${name} subnet`),
      network_id: id(name),
      ip_version: 4,
      cidr,
      gateway_ip: cidr.replace(/\.0\/\d+$/, ".1"),
      host_routes: [],
      dns_nameservers: [],
      ...subnet,
    });
  }

  port(name: string, network: string, address: string, more: Partial<Port> = {}): Port {
    return this.add("ports", {
      id: id(name),
      name,
      network_id: id(network),
      project_id: id("project"),
      mac_address: mac(name),
      fixed_ips: [{ subnet_id: id(`${network} subnet`), ip_address: address }],
      device_id: "",
      device_owner: "",
      admin_state_up: true,
      port_security_enabled: true,
      security_groups: [],
      allowed_address_pairs: [],
      ...more,
    });
  }

  server(name: string, network: string, address: string, groups: readonly string[], more: Partial<Port> = {}): void {
    this.add("servers", { id: id(name), name });
    this.port(`${name} port`, network, address, {
      device_id: id(name),
      device_owner: "compute:nova",
      security_groups: groups.map(id),
      ...more,
    });
  }

  router(name: string, outside: string, networks: Readonly<Record<string, string>>, enable_snat = true): void {
    const router = {
      id: id(name),
      name,
      admin_state_up: true,
      external_gateway_info: { network_id: id("public"), enable_snat },
    };
    this.add("routers", { ...router, routes: [] });
    const unfiltered = { device_id: id(name), port_security_enabled: false };
    this.port(`${name} gateway`, "public", outside, { ...unfiltered, device_owner: "network:router_gateway" });
    for (const [network, address] of Object.entries(networks)) {
      const device_owner = "network:router_interface";
      this.port(`${name} on ${network}`, network, address, { ...unfiltered, device_owner });
    }
  }

  floatingIp(address: string, router: string, port: string, fixed: string): void {
    const target = { fixed_ip_address: fixed, port_id: id(port), router_id: id(router) };
    this.add("floatingIps", { id: id(address), floating_ip_address: address, ...target });
  }

  group(name: string, rules: readonly Partial<SecurityGroupRule>[]): void {
    this.add("securityGroups", { id: id(name), name, security_group_rules: rules.map(rule) });
  }

  balancer(name: string, network: string, vip: string, groups: readonly string[]): void {
    this.port(`${name} vip`, network, vip, { device_owner: "Octavia", security_groups: groups.map(id) });
    const octavia = { name, admin_state_up: true, provisioning_status: "ACTIVE" };
    this.add("loadBalancers", { ...octavia, id: id(name), vip_address: vip, vip_port_id: id(`${name} vip`) });
  }

  listener(
    balancer: string,
    port: number,
    members: readonly Partial<Member>[],
    more: Partial<Listener & Pool> = {},
  ): void {
    const name = `${balancer} ${port}`;
    const octavia = {
      name,
      admin_state_up: true,
      provisioning_status: "ACTIVE",
      loadbalancers: [{ id: id(balancer) }],
    };
    const { healthmonitor_id = null, lb_algorithm = "ROUND_ROBIN", session_persistence = null, ...listener } = more;
    const base = { ...octavia, protocol: "TCP", protocol_port: port, connection_limit: -1 };
    this.add("listeners", { ...base, id: id(name), default_pool_id: id(`${name} pool`), ...listener });
    this.add("pools", {
      ...octavia,
      id: id(`${name} pool`),
      protocol: "TCP",
      lb_algorithm,
      session_persistence,
      healthmonitor_id,
      members: members.map((member) => ({
        id: id(`${name} ${member.address}`),
        name: "",
        admin_state_up: true,
        provisioning_status: "ACTIVE",
        address: "",
        protocol_port: 80,
        weight: 1,
        ...member,
      })),
    });
  }

  add<K extends keyof CloudState>(list: K, item: CloudState[K][number]): CloudState[K][number] {
    this.state = { ...this.state, [list]: [...this.state[list], item] };
    return item;
  }

  /** Changes the things of a list for which `which` holds. */
  change<K extends keyof CloudState>(list: K, which: string, change: Partial<CloudState[K][number]>): void {
    const items = this.state[list] as readonly { readonly id: string }[];
    this.state = {
      ...this.state,
      [list]: items.map((item) => (item.id === id(which) ? { ...item, ...change } : item)),
    };
  }

  remove(list: keyof CloudState, which: string): void {
    const items = this.state[list] as readonly { readonly id: string }[];
    this.state = { ...this.state, [list]: items.filter((item) => item.id !== id(which)) };
  }
}

/** A rule for IPv4, any protocol, anybody, in. */
export function rule(more: Partial<SecurityGroupRule>): SecurityGroupRule {
  return {
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_group_id: null,
    remote_ip_prefix: null,
    ...more,
  };
}

export const anyOut: Partial<SecurityGroupRule> = { direction: "egress" };

/** TCP to one port, in. */
export function tcp(port: number, more: Partial<SecurityGroupRule> = {}): Partial<SecurityGroupRule> {
  return { protocol: "tcp", port_range_min: port, port_range_max: port, ...more };
}
