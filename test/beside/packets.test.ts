/** What the real neutron and octavia hold, as packets between the hosts of real servers see it. */
import { execa, type ResultPromise } from "execa";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { client } from "../../local/daemon/client.ts";
import { names } from "../../local/network/names.ts";
import { imageName } from "../../local/openstack/image.ts";
import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";
import { cloud, here } from "../engine/estate.ts";

interface Thing {
  readonly id: string;
  readonly name: string;
}

interface Machine extends Thing {
  readonly address: string;
}

const prefix = "packets";
const soon = { timeout: 30_000, interval: 200 };
const web: ResultPromise[] = [];
const made: (readonly [ServiceType, string])[] = [];
let openstack: OpenStack;
let subnet: Thing;
let group: Thing;
let asking: Machine;
let answering: Machine[];

async function make(service: ServiceType, path: string, key: string, given: object): Promise<Thing> {
  const { [key]: thing } = await openstack.request<Record<string, Thing>>("POST", service, path, {
    body: { [key]: given },
  });
  if (!thing) throw new Error(`${path} answered without ${key}`);
  made.push([service, `${path}/${thing.id}`]);
  return thing;
}

async function find(service: ServiceType, path: string, key: string, name: string): Promise<string> {
  const found = (await openstack.list<Thing>(service, path, key)).find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name} at ${path}`);
  return found.id;
}

async function machines(): Promise<Machine[]> {
  const { hosts } = await (await client(here)).status();
  return hosts
    .filter(({ name, state }) => name.startsWith(prefix) && state === "running")
    .map(({ id, name, addresses }) => ({ id, name, address: addresses[0] ?? "" }));
}

/** The page at an address, as one of the hosts sees it; nothing when it does not get through. */
async function page(from: Machine, address: string): Promise<string> {
  const asked = ["curl", "--silent", "--max-time", "1", `http://${address}:8080/`];
  return (await execa("ip", ["netns", "exec", names.host(from.id), ...asked], { reject: false })).stdout;
}

function serve({ id, name }: Machine): void {
  const program = `require("http").createServer((_, answer) => answer.end("${name}")).listen(8080)`;
  web.push(execa("ip", ["netns", "exec", names.host(id), process.execPath, "-e", program], { reject: false }));
}

beforeAll(async () => {
  openstack = await cloud();
  const network = await make("network", "/v2.0/networks", "network", { name: prefix });
  subnet = await make("network", "/v2.0/subnets", "subnet", {
    ...{ name: prefix, network_id: network.id, ip_version: 4, cidr: "10.78.0.0/24" },
  });
  group = await make("network", "/v2.0/security-groups", "security_group", { name: prefix });
  const server = {
    ...{ name: prefix, min_count: 3, max_count: 3, networks: [{ uuid: network.id }] },
    security_groups: [{ name: prefix }],
    imageRef: await find("image", "/v2/images", "images", imageName),
    flavorRef: await find("compute", "/flavors", "flavors", "m1.small"),
    user_data: Buffer.from(JSON.stringify({ ignition: { version: "3.4.0" } })).toString("base64"),
  };
  await openstack.request("POST", "compute", "/servers", { body: { server } });
  await vi.waitFor(async () => expect(await machines()).toHaveLength(3), { ...soon, timeout: 120_000 });
  const [first, ...others] = await machines();
  if (!first) throw new Error("no host");
  [asking, answering] = [first, others];
  made.push(...[first, ...others].map(({ id }) => ["compute", `/servers/${id}`] as const));
  for (const machine of answering) serve(machine);
});

afterAll(async () => {
  for (const server of web) server.kill();
  for (const [service, path] of made.reverse()) {
    const query: Record<string, boolean> = service === "load-balancer" ? { cascade: true } : {};
    // octavia refuses it as long as it still changes what is to be deleted
    await vi.waitFor(() => openstack.request("DELETE", service, path, { query }), soon);
    await vi.waitFor(() => expect(openstack.get(service, path)).rejects.toThrow("404"), soon);
  }
});

test("a rule made in neutron opens a port, and closes it when it goes", async () => {
  const [target] = answering as [Machine];
  expect(await page(asking, target.address)).toBe("");
  const rule = await openstack.request<{ security_group_rule: Thing }>(
    "POST",
    "network",
    "/v2.0/security-group-rules",
    {
      body: {
        security_group_rule: {
          ...{ security_group_id: group.id, direction: "ingress", ethertype: "IPv4", protocol: "tcp" },
          ...{ port_range_min: 8080, port_range_max: 8080 },
        },
      },
    },
  );
  await expect.poll(() => page(asking, target.address), soon).toBe(target.name);
  await openstack.request("DELETE", "network", `/v2.0/security-group-rules/${rule.security_group_rule.id}`);
  await expect.poll(() => page(asking, target.address), soon).toBe("");
});

test("a load balancer made in octavia hands requests to its members, and no longer to one that is removed", async () => {
  await openstack.request("POST", "network", "/v2.0/security-group-rules", {
    body: {
      security_group_rule: {
        ...{ security_group_id: group.id, direction: "ingress", ethertype: "IPv4", protocol: "tcp" },
        ...{ port_range_min: 8080, port_range_max: 8080 },
      },
    },
  });
  const path = "/v2/lbaas/loadbalancers";
  const members = answering.map(({ address }) => ({ address, protocol_port: 8080 }));
  const balancer = (await make("load-balancer", path, "loadbalancer", {
    ...{ name: prefix, vip_subnet_id: subnet.id },
    listeners: [
      {
        ...{ name: prefix, protocol: "TCP", protocol_port: 8080 },
        default_pool: { name: prefix, protocol: "TCP", lb_algorithm: "ROUND_ROBIN", members },
      },
    ],
  })) as Thing & { vip_address: string };
  const answers = async () => new Set(await Promise.all([1, 2, 3, 4].map(() => page(asking, balancer.vip_address))));
  const both = new Set(answering.map(({ name }) => name));
  await expect.poll(answers, { ...soon, timeout: 90_000 }).toEqual(both);
  const pool = await find("load-balancer", "/v2/lbaas/pools", "pools", prefix);
  const listed = await openstack.list<Thing & { address: string }>(
    ...(["load-balancer", `/v2/lbaas/pools/${pool}/members`, "members"] as const),
  );
  const [kept] = answering as [Machine];
  const removed = listed.find(({ address }) => address !== kept.address);
  await openstack.request("DELETE", "load-balancer", `/v2/lbaas/pools/${pool}/members/${removed?.id}`);
  await expect.poll(answers, { ...soon, timeout: 60_000 }).toEqual(new Set([kept.name]));
});
