import { expect, test } from "vitest";
import { imageName } from "../../local/openstack/image.ts";
import type { ServiceType } from "../../local/openstack-client/client.ts";
import { cloud, editDocument, pulumi } from "./estate.ts";

/** Everything that an estate makes, and where the cloud lists it. The project's own default group stays: it is not the estate's. */
const lists: readonly (readonly [ServiceType, string, string])[] = [
  ["compute", "/servers", "servers"],
  ["compute", "/os-keypairs", "keypairs"],
  ["compute", "/os-server-groups", "server_groups"],
  ["network", "/v2.0/ports", "ports"],
  ["network", "/v2.0/floatingips", "floatingips"],
  ["network", "/v2.0/routers", "routers"],
  ["network", "/v2.0/security-groups", "security_groups"],
  ["block-storage", "/volumes", "volumes"],
  ["dns", "/v2/zones", "zones"],
  ["load-balancer", "/v2/lbaas/loadbalancers", "loadbalancers"],
];

async function left(): Promise<string[]> {
  const openstack = await cloud();
  const found = await Promise.all(
    lists.map(async ([service, path, key]) => {
      const items = await openstack.list<{ id?: string; name?: string }>(service, path, key);
      return items
        .filter(({ name }) => !(key === "security_groups" && name === "default"))
        .map(({ name, id }) => `${key} ${name || id || "(key pair)"}`);
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

test("destroy leaves nothing in the cloud", async () => {
  expect(await left()).toContain("servers bbb-01");
  const destroy = await pulumi(["destroy", "--yes", "--skip-preview"]);
  expect(destroy.exitCode, destroy.text).toBe(0);
  expect(await left()).toEqual([]);
  // the document is again what a first up is given: other tests go on from here
  await editDocument(({ image, roles }) => {
    image.name = imageName;
    for (const name of ["worker-02", "worker-03"]) delete roles.worker?.hosts[name];
  });
});
