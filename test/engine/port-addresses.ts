import { cloud } from "./estate.ts";

/** The addresses of every port, by the port's id: the same before and after whatever replaces servers alone. */
export async function portAddresses(): Promise<string[]> {
  const all = await (await cloud()).list<{ id: string; fixed_ips: { ip_address: string }[] }>(
    ...(["network", "/v2.0/ports", "ports"] as const),
  );
  return all.map(({ id, fixed_ips }) => `${id} ${fixed_ips.map(({ ip_address }) => ip_address)}`).sort();
}
