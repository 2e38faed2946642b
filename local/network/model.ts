/**
 * What the planner needs to know of the cloud, in the words of the APIs it comes from: neutron, nova and octavia. Fields
 * that nobody here reads are left out.
 */
export interface CloudState {
  readonly networks: readonly Network[];
  readonly subnets: readonly Subnet[];
  readonly ports: readonly Port[];
  readonly routers: readonly Router[];
  readonly floatingIps: readonly FloatingIp[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly addressGroups: readonly AddressGroup[];
  readonly servers: readonly Server[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly listeners: readonly Listener[];
  readonly pools: readonly Pool[];
  readonly healthMonitors: readonly HealthMonitor[];
}

/** A cloud with nothing in it. */
export const emptyCloud: CloudState = {
  networks: [],
  subnets: [],
  ports: [],
  routers: [],
  floatingIps: [],
  securityGroups: [],
  addressGroups: [],
  servers: [],
  loadBalancers: [],
  listeners: [],
  pools: [],
  healthMonitors: [],
};

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly mtu: number;
  readonly admin_state_up: boolean;
  /** What carries a network of the cloud itself; none for those of projects. */
  readonly "provider:physical_network"?: string | null;
}

export interface Subnet {
  readonly id: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly host_routes: readonly HostRoute[];
  readonly dns_nameservers: readonly string[];
}

export interface HostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly project_id: string;
  readonly mac_address: string;
  readonly fixed_ips: readonly FixedIp[];
  /** The server, router or load balancer it belongs to, or "". */
  readonly device_id: string;
  /** `compute:<zone>`, `network:router_interface`, `network:router_gateway`, `Octavia`, ... or "". */
  readonly device_owner: string;
  readonly admin_state_up: boolean;
  /** Absent where the extension is off; then it counts as true. */
  readonly port_security_enabled?: boolean;
  readonly security_groups: readonly string[];
  readonly allowed_address_pairs: readonly { readonly ip_address: string; readonly mac_address?: string }[];
}

export interface Router {
  readonly id: string;
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly external_gateway_info: { readonly network_id: string; readonly enable_snat?: boolean } | null;
  readonly routes: readonly HostRoute[];
}

export interface FloatingIp {
  readonly id: string;
  readonly floating_ip_address: string;
  readonly fixed_ip_address: string | null;
  readonly port_id: string | null;
  readonly router_id: string | null;
  readonly port_forwardings?: readonly PortForwarding[];
}

export interface PortForwarding {
  readonly protocol: string;
  readonly external_port?: number | null;
  readonly internal_port?: number | null;
  readonly internal_ip_address: string;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly stateful?: boolean;
  readonly security_group_rules: readonly SecurityGroupRule[];
}

export interface SecurityGroupRule {
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  /** A name, a number as text, or null for any. */
  readonly protocol: string | null;
  /** For ICMP the type. */
  readonly port_range_min: number | null;
  /** For ICMP the code. */
  readonly port_range_max: number | null;
  readonly remote_group_id: string | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_address_group_id?: string | null;
}

export interface AddressGroup {
  readonly id: string;
  readonly addresses: readonly string[];
}

/** A server of nova. */
export interface Server {
  readonly id: string;
  readonly name: string;
  /** MAC addresses in the order of its interfaces, once nova has built it. Only asked for servers with several ports. */
  readonly macs?: readonly string[];
}

interface Reference {
  readonly id: string;
}

interface OctaviaObject {
  readonly id: string;
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly provisioning_status: string;
}

export interface LoadBalancer extends OctaviaObject {
  readonly vip_address: string;
  readonly vip_port_id: string | null;
}

export interface Listener extends OctaviaObject {
  readonly loadbalancers: readonly Reference[];
  /** TCP, UDP, SCTP, HTTP, HTTPS, TERMINATED_HTTPS or PROMETHEUS. */
  readonly protocol: string;
  readonly protocol_port: number;
  readonly default_pool_id: string | null;
  /** -1 for none. */
  readonly connection_limit: number;
  readonly allowed_cidrs?: readonly string[] | null;
  readonly insert_headers?: Readonly<Record<string, string>> | null;
  readonly l7policies?: readonly Reference[];
  /** Milliseconds, as all timeouts of a listener. */
  readonly timeout_client_data?: number | null;
  readonly timeout_member_connect?: number | null;
  readonly timeout_member_data?: number | null;
}

export interface Pool extends OctaviaObject {
  readonly loadbalancers: readonly Reference[];
  /** TCP, UDP, HTTP, HTTPS, PROXY or PROXYV2. */
  readonly protocol: string;
  readonly lb_algorithm: string;
  readonly session_persistence: { readonly type: string; readonly cookie_name?: string | null } | null;
  readonly tls_enabled?: boolean;
  readonly healthmonitor_id: string | null;
  readonly members: readonly Member[];
}

export interface Member extends OctaviaObject {
  readonly address: string;
  readonly protocol_port: number;
  readonly weight: number;
  readonly backup?: boolean;
  readonly monitor_address?: string | null;
  readonly monitor_port?: number | null;
}

export interface HealthMonitor extends OctaviaObject {
  /** TCP, HTTP, HTTPS, TLS-HELLO, PING, UDP-CONNECT or SCTP. */
  readonly type: string;
  /** Seconds, as its timeout. */
  readonly delay: number;
  readonly timeout: number;
  readonly max_retries: number;
  readonly max_retries_down: number;
  readonly http_method?: string | null;
  readonly url_path?: string | null;
  readonly expected_codes?: string | null;
  readonly http_version?: number | null;
  readonly domain_name?: string | null;
}
