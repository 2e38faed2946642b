import { cloud } from "./estate.ts";

/**
 * The addresses of every port, and every floating IP with the port and the address that it leads to, by their ids: the same before and
 * after whatever replaces servers alone.
 */
export async function allAddresses(): Promise<string[]> {
  const openstack = await cloud();
  const ports = await openstack.list<{ id: string; fixed_ips: { ip_address: string }[] }>(
    ...(["network", "/v2.0/ports", "ports"] as const),
  );
  const floating = await openstack.list<Readonly<Record<string, string | null>>>(
    ...(["network", "/v2.0/floatingips", "floatingips"] as const),
  );
  return [
    ...ports.map(({ id, fixed_ips }) => `port ${id}: ${fixed_ips.map(({ ip_address }) => ip_address)}`),
    ...floating.map(
      ({ id, floating_ip_address: outside, port_id: port, fixed_ip_address: inside }) =>
        `floating IP ${id}: ${outside} to ${inside} of port ${port}`,
    ),
  ].sort();
}
