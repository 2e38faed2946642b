/** A hundred hosts at once: through nova, neutron, the metadata service and Ignition, each with an address and an sshd of its own. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { client } from "../../local/daemon/client.ts";
import { imageName } from "../../local/openstack/image.ts";
import type { OpenStack } from "../../local/openstack-client/client.ts";
import { cloud, here } from "../engine/estate.ts";

const count = 100;
const name = "hundred";
let openstack: OpenStack;
let network: { id: string };

beforeAll(async () => {
  openstack = await cloud();
  ({ network } = await openstack.request<{ network: { id: string } }>("POST", "network", "/v2.0/networks", {
    body: { network: { name } },
  }));
  const subnet = { name, network_id: network.id, ip_version: 4, cidr: "10.77.0.0/24" };
  await openstack.request("POST", "network", "/v2.0/subnets", { body: { subnet } });
});

afterAll(async () => {
  for (const { id } of await servers()) await openstack.request("DELETE", "compute", `/servers/${id}`);
  while ((await servers()).length > 0) await sleep(500);
  await openstack.request("DELETE", "network", `/v2.0/networks/${network.id}`);
});

async function servers() {
  const all = await openstack.list<{ id: string; name: string }>("compute", "/servers", "servers");
  return all.filter((server) => server.name.startsWith(name));
}

async function idOf(path: string, key: string, wanted: string): Promise<string> {
  const all = await openstack.list<{ id: string; name: string }>(key === "images" ? "image" : "compute", path, key);
  return all.find((one) => one.name === wanted)?.id ?? `no ${wanted}`;
}

async function mine() {
  return (await (await client(here)).status()).hosts.filter((host) => host.name.startsWith(name));
}

test("a hundred servers become hosts", async () => {
  const ignition = JSON.stringify({ ignition: { version: "3.4.0" } });
  const server = {
    ...{ name, min_count: count, max_count: count, networks: [{ uuid: network.id }] },
    imageRef: await idOf("/v2/images", "images", imageName),
    flavorRef: await idOf("/flavors", "flavors", "m1.small"),
    user_data: Buffer.from(ignition).toString("base64"),
  };
  await openstack.request("POST", "compute", "/servers", { body: { server } });
  await expect
    .poll(async () => (await mine()).filter(({ state }) => state === "running").length, {
      timeout: 600_000,
      interval: 1000,
    })
    .toBe(count);
  const hosts = await mine();
  expect(new Set(hosts.flatMap(({ addresses }) => addresses)).size).toBe(count);
  const { services } = await (await client(here)).status();
  const daemons = services.filter((service) => service.name.startsWith(name) && service.name.endsWith("/sshd"));
  expect(daemons.map(({ state }) => state)).toEqual(Array.from({ length: count }, () => "ready"));
});
