import type { ServiceType } from "../../local/openstack-client/client.ts";
import { cloud } from "./estate.ts";

/** Everything that an estate makes, and where the cloud lists it. The project's own default group stays: it is not the estate's. */
const lists: readonly (readonly [ServiceType, string, string])[] = [
  ["compute", "/servers/detail", "servers"],
  ["compute", "/os-keypairs", "keypairs"],
  ["compute", "/os-server-groups", "server_groups"],
  ["network", "/v2.0/ports", "ports"],
  ["network", "/v2.0/floatingips", "floatingips"],
  ["network", "/v2.0/routers", "routers"],
  ["network", "/v2.0/security-groups", "security_groups"],
  ["block-storage", "/volumes", "volumes"],
  ["dns", "/v2/zones", "zones"],
  ["load-balancer", "/v2/lbaas/loadbalancers", "loadbalancers"],
  ["image", "/v2/images", "images"],
];

interface Item {
  readonly id?: string;
  readonly name?: string;
  readonly visibility?: string;
  readonly status?: string;
}

/** What of an estate is in the cloud, a line each. */
export async function left(): Promise<string[]> {
  const openstack = await cloud();
  const found = await Promise.all(
    lists.map(async ([service, path, key]) => {
      const items = await openstack.list<Item>(service, path, key);
      return (
        items
          .filter(({ name }) => !(key === "security_groups" && name === "default"))
          // nova still lists what it has just deleted
          .filter(({ status }) => key !== "servers" || status !== "DELETED")
          // what an estate uploads is for itself alone
          .filter(({ visibility }) => key !== "images" || visibility === "private")
          .map(({ name, id }) => `${key} ${name || id || "(key pair)"}`)
      );
    }),
  );
  const networks = await openstack.list<{ name: string; "router:external": boolean; shared: boolean }>(
    "network",
    "/v2.0/networks",
    "networks",
  );
  return [
    ...found.flat(),
    ...networks
      .filter((network) => !network["router:external"] && !network.shared)
      .map(({ name }) => `network ${name}`),
  ];
}
