import type { OpenStack } from "../../local/openstack-client/client.ts";
import { askAddresses, type FreeAddresses } from "./addresses.ts";
import { type Answer, ask, combine } from "./answer.ts";
import type { Requirements } from "./requirements.ts";

/** A network that the project may see, as neutron lists it. */
export interface CloudNetwork {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
  readonly status: string;
  readonly admin_state_up: boolean;
  readonly shared: boolean;
  readonly "router:external": boolean;
  /** Ids. */
  readonly subnets: readonly string[];
}

/** A thing of neutron that belongs to the project. */
interface Owned {
  readonly id: string;
  readonly name: string;
}

export interface Subnet extends Owned {
  readonly network_id: string;
  readonly cidr: string;
  readonly project_id: string;
}

export interface Port extends Owned {
  readonly network_id: string;
  readonly device_owner: string;
  readonly security_groups: readonly string[];
  readonly fixed_ips: readonly { readonly subnet_id: string }[];
}

export interface Router extends Owned {
  readonly external_gateway_info: { readonly network_id: string } | null;
}

export interface FloatingIp {
  readonly description: string;
  readonly floating_network_id: string;
}

export interface SecurityGroup extends Owned {
  readonly security_group_rules: readonly { readonly description: string | null }[];
}

/** What neutron says to the project. */
export interface Networking {
  /** Limits and what is used of them, such as `security_group_rule`. */
  readonly quotas: Answer<Readonly<Record<string, Quota>>>;
  readonly networks: Answer<readonly CloudNetwork[]>;
  readonly subnets: Answer<readonly Subnet[]>;
  readonly routers: Answer<readonly Router[]>;
  readonly ports: Answer<readonly Port[]>;
  readonly floatingIps: Answer<readonly FloatingIp[]>;
  readonly securityGroups: Answer<readonly SecurityGroup[]>;
  /** What neutron can do beside the usual; none where the estate needs none. */
  readonly extensions: Answer<readonly { readonly alias: string }[]>;
  /** By the id of a network. */
  readonly addresses: FreeAddresses;
}

interface Quota {
  readonly limit: number;
  readonly used: number;
  /** By requests that are under way. */
  readonly reserved: number;
}

export async function askNetworking(openstack: OpenStack, needs: Requirements): Promise<Networking> {
  const project = await openstack.projectId();
  const list = <Item>(what: string, query = {}) =>
    ask(openstack.list<Item>("network", `/v2.0/${what.replace("_", "-")}`, what, { query }));
  const [networks, subnets, routers, ports, floatingIps, securityGroups] = await Promise.all([
    list<CloudNetwork>("networks"),
    list<Subnet>("subnets"),
    list<Router>("routers", { project_id: project }),
    list<Port>("ports", { project_id: project }),
    list<FloatingIp>("floatingips", { project_id: project }),
    list<SecurityGroup>("security_groups", { project_id: project }),
  ]);
  const named = [...needs.sites.map(({ network }) => network), ...(needs.external ? [needs.external] : [])];
  const wanted = "value" in networks ? networks.value.filter(({ name }) => named.includes(name)) : [];
  // after the groups: the first who lists those of a project has its default group made, which counts
  const details = await ask(
    openstack.get<{ quota: Readonly<Record<string, Quota>> }>("network", `/v2.0/quotas/${project}/details`),
  );
  return {
    ...{ networks, subnets, routers, ports, floatingIps, securityGroups },
    extensions: needs.extensions.length > 0 ? await list<{ alias: string }>("extensions") : { value: [] },
    quotas: combine({ details }, (answer) => answer.details.quota),
    addresses: await askAddresses(
      openstack,
      wanted.map(({ id }) => id),
    ),
  };
}
