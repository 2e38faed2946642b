import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";

/** What the cloud says of a thing, as far as the scan goes by it. Services leave out, or have null for, what is empty. */
export interface Item {
  readonly id: string;
  readonly name?: string | null;
  readonly type?: string;
  readonly description?: string | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly tags?: readonly string[] | null;
  readonly project_id?: string | null;
  readonly owner?: string | null;
  readonly created_at?: string | null;
  // network
  readonly network_id?: string | null;
  readonly device_id?: string | null;
  readonly device_owner?: string | null;
  readonly security_groups?: readonly (string | { readonly name: string })[] | null;
  readonly security_group_id?: string | null;
  readonly port_id?: string | null;
  readonly floating_ip_address?: string | null;
  readonly direction?: string;
  readonly ethertype?: string;
  readonly protocol?: string | null;
  readonly port_range_min?: number | null;
  readonly port_range_max?: number | null;
  readonly remote_ip_prefix?: string | null;
  readonly remote_group_id?: string | null;
  readonly floating_network_id?: string | null;
  readonly fixed_ips?: readonly { readonly subnet_id?: string; readonly ip_address?: string }[] | null;
  // storage and images
  readonly size?: number;
  readonly volume_type?: string | null;
  readonly attachments?: readonly { readonly server_id: string }[] | null;
  readonly visibility?: string;
  readonly disk_format?: string | null;
  readonly container_format?: string | null;
  // names
  readonly zone_id?: string;
  readonly records?: readonly string[] | null;
  readonly ttl?: number | null;
  readonly managed?: boolean;
  // load balancers
  readonly vip_subnet_id?: string | null;
  readonly vip_port_id?: string | null;
  // servers
  readonly status?: string;
  readonly flavor?: { readonly id?: string; readonly original_name?: string } | null;
  readonly public_key?: string;
  /** By the names of its networks. */
  readonly addresses?: Readonly<
    Record<string, readonly { readonly addr: string; readonly version: number; readonly "OS-EXT-IPS:type"?: string }[]>
  > | null;
}

/** Nova wraps each key pair, which has no id but its name. */
type Listed = Item | { readonly keypair: Omit<Item, "id"> & { readonly name: string } };

/** Everything in a list of the cloud; nothing where it says null for nothing. */
export async function listItems(
  openstack: OpenStack,
  service: ServiceType,
  path: string,
  key: string,
): Promise<Item[]> {
  const listed = ((await openstack.list<Listed | null>(service, path, key)) ?? []).filter((one) => one !== null);
  return listed.map((one) => ("keypair" in one ? { ...one.keypair, id: one.keypair.name } : one));
}
