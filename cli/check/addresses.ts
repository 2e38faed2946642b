import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type Answer, ask, combine } from "./answer.ts";

/** Addresses of a subnet, as neutron counts them. */
export interface SubnetAddresses {
  readonly subnet_id: string;
  readonly ip_version: number;
  readonly total_ips: number;
  readonly used_ips: number;
}

/** By the id of a network: the addresses of its IPv4 subnets. Most clouds tell it to administrators only. */
export type FreeAddresses = Readonly<Record<string, Answer<readonly SubnetAddresses[]>>>;

interface Availability {
  readonly network_ip_availability: { readonly subnet_ip_availability: readonly SubnetAddresses[] };
}

export async function askAddresses(openstack: OpenStack, networks: readonly string[]): Promise<FreeAddresses> {
  const answers = await Promise.all(
    networks.map(async (id) => {
      const answer = await ask(openstack.get<Availability>("network", `/v2.0/network-ip-availabilities/${id}`));
      if ("unknown" in answer)
        return { unknown: `most clouds tell only administrators how many are free (${answer.unknown})` };
      return combine({ answer }, (all) =>
        all.answer.network_ip_availability.subnet_ip_availability.filter(({ ip_version }) => ip_version === 4),
      );
    }),
  );
  return Object.fromEntries(networks.map((id, index) => [id, answers[index] ?? { unknown: "not asked" }]));
}

/** How many there are and how many are used, in these subnets together. */
export function addressCount(subnets: readonly SubnetAddresses[]): { readonly limit: number; readonly used: number } {
  return {
    limit: subnets.reduce((total, { total_ips }) => total + total_ips, 0),
    used: subnets.reduce((total, { used_ips }) => total + used_ips, 0),
  };
}
