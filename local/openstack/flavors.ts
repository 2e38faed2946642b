import type { OpenStack } from "../openstack-client/client.ts";

/** Sizes of servers, named as many clouds name them: virtual CPUs, memory in MiB, disk in GiB. */
export const flavors = {
  "m1.small": { vcpus: 2, ram: 4096, disk: 20 },
  "m1.medium": { vcpus: 4, ram: 8192, disk: 40 },
  "m1.large": { vcpus: 8, ram: 16384, disk: 80 },
  "m1.xlarge": { vcpus: 16, ram: 32768, disk: 160 },
} as const;

/** Makes the flavors that are not there yet. */
export async function ensureFlavors(admin: OpenStack): Promise<void> {
  const known = await admin.list<{ name: string }>("compute", "/flavors", "flavors");
  for (const [name, size] of Object.entries(flavors)) {
    if (known.some((flavor) => flavor.name === name)) continue;
    await admin.request("POST", "compute", "/flavors", { body: { flavor: { name, ...size } } });
  }
}
