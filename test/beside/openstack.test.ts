import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addresses } from "../../local/addresses.ts";
import { flavors } from "../../local/openstack/flavors.ts";
import { imageName } from "../../local/openstack/image.ts";
import { metadataSecret } from "../../local/openstack/secrets.ts";
import { hypervisors, zones } from "../../local/openstack/zones.ts";
import { connect, type OpenStack, type ServiceType } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { isNotFound } from "../../local/openstack-client/error.ts";
import { place } from "../../local/place.ts";

/** The cloud as the estate finds it. Runs inside the stack, as the estate's user, on things of its own that it deletes. */
const name = `acceptance-${process.pid}`;
const zone = `${name}.test.`;
const clouds = process.env.OS_CLIENT_CONFIG_FILE ?? `${place().data}/openstack/clouds.yaml`;
let estate: OpenStack;
let admin: OpenStack;

type Thing = { readonly id: string; readonly name: string; readonly status: string } & Readonly<
  Record<string, unknown>
>;
const made: { what: string; remove: () => Promise<unknown>; gone: () => Promise<unknown> }[] = [];

/** Makes it, and remembers how to delete it and how to see that it is gone. */
async function make<T extends Thing>(service: ServiceType, path: string, key: string, body: object): Promise<T> {
  const { [key]: thing } = await estate.request<Record<string, T>>("POST", service, path, { body: { [key]: body } });
  if (!thing) throw new Error(`${path} answered without ${key}`);
  const at = `${path}/${thing.id}`;
  const query: Record<string, boolean> = service === "load-balancer" ? { cascade: true } : {};
  made.push({
    what: at,
    remove: () => estate.request("DELETE", service, at, { query }),
    gone: () => estate.get(service, at),
  });
  return thing;
}

async function until<T>(what: string, get: () => Promise<T>, holds: (value: T) => boolean, seconds = 120): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await get();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`${what}: still ${JSON.stringify(value).slice(0, 500)} after ${seconds} s`);
    await sleep(300);
  }
}

const server = async (id: string) => (await estate.get<{ server: Thing }>("compute", `/servers/${id}`)).server;
const volume = async (id: string) => (await estate.get<{ volume: Thing }>("block-storage", `/volumes/${id}`)).volume;
const dig = async (record: string, type = "A") =>
  (await execa("dig", ["+short", "+time=2", "+tries=1", `@${addresses.dns}`, record, type], { reject: false })).stdout;

let network: Thing;
let subnet: Thing;
let machine: Thing;

beforeAll(async () => {
  estate = connect(await readCloud(clouds, "estate"));
  admin = connect(await readCloud(clouds, "admin"));
  network = await make("network", "/v2.0/networks", "network", { name });
  subnet = await make("network", "/v2.0/subnets", "subnet", {
    name,
    network_id: network.id,
    ip_version: 4,
    cidr: "10.77.0.0/24",
  });
});

/** Everything is deleted, last made first; what cannot be is a failure of the last test. */
async function removeAll(): Promise<string[]> {
  const left: string[] = [];
  for (const { what, remove, gone } of made.splice(0).reverse()) {
    await remove().catch((error: unknown) => void (isNotFound(error) || left.push(`${what}: ${error}`)));
    await until(
      what,
      () =>
        gone().then(
          () => true,
          (error) => !isNotFound(error),
        ),
      (there) => !there,
    ).catch((error) => left.push(String(error)));
  }
  return left;
}
afterAll(removeAll);

test("the estate's user is no admin", async () => {
  await expect(estate.get("compute", "/servers", { query: { all_tenants: true } })).rejects.toThrow(/403/);
  await expect(estate.get("compute", "/os-hypervisors")).rejects.toThrow(/403/);
  await expect(estate.list("identity", "/v3/users", "users")).rejects.toThrow(/403/);
  expect(await admin.list("compute", "/os-hypervisors", "hypervisors")).toHaveLength(hypervisors.length);
});

test("it has limits, and the admin has none", async () => {
  const quota = async (cloud: OpenStack) => {
    const { quota_set } = await cloud.get<{ quota_set: { instances: number } }>(
      "compute",
      `/os-quota-sets/${await cloud.projectId()}`,
    );
    return quota_set.instances;
  };
  expect(await quota(estate)).toBe(200);
  expect(await quota(admin)).toBe(-1);
});

test("flavors, zones, image, external network and volume type are there", async () => {
  const names = (things: readonly { name: string }[]) => things.map((thing) => thing.name);
  expect(names(await estate.list<Thing>("compute", "/flavors", "flavors"))).toEqual(
    expect.arrayContaining(Object.keys(flavors)),
  );
  const zonesThere = await estate.list<{ zoneName: string }>(
    "compute",
    "/os-availability-zone",
    "availabilityZoneInfo",
  );
  expect(zonesThere.map(({ zoneName }) => zoneName)).toEqual(expect.arrayContaining(Object.keys(zones)));
  const [image] = await estate.list<Thing>("image", "/v2/images", "images", { query: { name: imageName } });
  expect(image).toMatchObject({ status: "active", visibility: "public", os_distro: "flatcar" });
  const [external] = await estate.list<Thing>("network", "/v2.0/networks", "networks", {
    query: { name: addresses.external.name },
  });
  expect(external).toMatchObject({ "router:external": true, status: "ACTIVE" });
  expect(names(await estate.list<Thing>("block-storage", "/types", "volume_types"))).toContain("standard");
});

test("a server with user data becomes ACTIVE in its zone, and its metadata is served to who proves to be it", async () => {
  const [image] = await estate.list<Thing>("image", "/v2/images", "images", { query: { name: imageName } });
  const [flavor] = await estate.list<Thing>("compute", "/flavors", "flavors");
  const userData = JSON.stringify({ ignition: { version: "3.4.0" } });
  machine = await make("compute", "/servers", "server", {
    name,
    imageRef: image?.id,
    flavorRef: flavor?.id,
    availability_zone: "az2",
    config_drive: true,
    user_data: Buffer.from(userData).toString("base64"),
    networks: [{ uuid: network.id }],
  });
  const active = await until(
    "server",
    () => server(machine.id),
    ({ status }) => status === "ACTIVE" || status === "ERROR",
  );
  expect(active).toMatchObject({ status: "ACTIVE", "OS-EXT-AZ:availability_zone": "az2", config_drive: "True" });

  const secret = await metadataSecret(place());
  const ask = (signature: string) =>
    estate.projectId().then((project) =>
      fetch("http://127.0.0.1:8775/openstack/latest/user_data", {
        headers: {
          "x-instance-id": machine.id,
          "x-tenant-id": project,
          "x-instance-id-signature": signature,
          "x-forwarded-for": "10.77.0.2",
        },
      }),
    );
  const answer = await ask(createHmac("sha256", secret).update(machine.id).digest("hex"));
  expect([answer.status, await answer.text()]).toEqual([200, userData]);
  expect((await ask("0".repeat(64))).status).toBe(403);
});

test("three servers that must not share a hypervisor are made at once", async () => {
  const [image] = await estate.list<Thing>("image", "/v2/images", "images", { query: { name: imageName } });
  const [flavor] = await estate.list<Thing>("compute", "/flavors", "flavors");
  const group = await make("compute", "/os-server-groups", "server_group", { name, policies: ["anti-affinity"] });
  const three = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const body = {
        name: `${name}-${number}`,
        imageRef: image?.id,
        flavorRef: flavor?.id,
        networks: [{ uuid: network.id }],
      };
      const { server: created } = await estate.request<{ server: Thing }>("POST", "compute", "/servers", {
        body: { server: body, "os:scheduler_hints": { group: group.id } },
      });
      const at = `/servers/${created.id}`;
      made.push({
        what: at,
        remove: () => estate.request("DELETE", "compute", at),
        gone: () => estate.get("compute", at),
      });
      return until(
        "server",
        () => server(created.id),
        ({ status }) => status === "ACTIVE" || status === "ERROR",
      );
    }),
  );
  expect(three.map(({ status }) => status)).toEqual(["ACTIVE", "ACTIVE", "ACTIVE"]);
  expect(new Set(three.map(({ hostId }) => hostId)).size).toBe(3);
});

test("a stopped server stays stopped until it is started", async () => {
  const act = (action: string) =>
    estate.request("POST", "compute", `/servers/${machine.id}/action`, { body: { [action]: null } });
  await act("os-stop");
  await until(
    "stop",
    () => server(machine.id),
    ({ status }) => status === "SHUTOFF",
  );
  await act("os-start");
  await until(
    "start",
    () => server(machine.id),
    ({ status }) => status === "ACTIVE",
  );
});

test("a volume is made, attached, grown and detached", async () => {
  const { id } = await make("block-storage", "/volumes", "volume", { name, size: 1 });
  await until(
    "volume",
    () => volume(id),
    ({ status }) => status === "available",
  );
  const attachments = `/servers/${machine.id}/os-volume_attachments`;
  await estate.request("POST", "compute", attachments, { body: { volumeAttachment: { volumeId: id } } });
  await until(
    "attached",
    () => volume(id),
    ({ status }) => status === "in-use",
  );
  await estate.request("POST", "block-storage", `/volumes/${id}/action`, {
    body: { "os-extend": { new_size: 3 } },
    headers: { "OpenStack-API-Version": "volume 3.42" },
  });
  await until(
    "grown",
    () => volume(id),
    ({ size, status }) => size === 3 && status === "in-use",
  );
  await estate.request("DELETE", "compute", `${attachments}/${id}`);
  await until(
    "detached",
    () => volume(id),
    ({ status }) => status === "available",
  );
});

test("a floating IP becomes ACTIVE with a router's help", async () => {
  const [external] = await estate.list<Thing>("network", "/v2.0/networks", "networks", {
    query: { name: addresses.external.name },
  });
  const router = await make("network", "/v2.0/routers", "router", {
    name,
    external_gateway_info: { network_id: external?.id },
  });
  const side = (verb: string) =>
    estate.request<{ port_id: string }>("PUT", "network", `/v2.0/routers/${router.id}/${verb}_router_interface`, {
      body: { subnet_id: subnet.id },
    });
  const { port_id } = await side("add");
  made.push({
    what: "router interface",
    remove: () => side("remove"),
    gone: () => estate.get("network", `/v2.0/ports/${port_id}`),
  });
  const [port] = await estate.list<Thing>("network", "/v2.0/ports", "ports", { query: { device_id: machine.id } });
  const address = await make("network", "/v2.0/floatingips", "floatingip", {
    floating_network_id: external?.id,
    port_id: port?.id,
  });
  const now = async () =>
    (await estate.get<{ floatingip: Thing }>("network", `/v2.0/floatingips/${address.id}`)).floatingip;
  await until("floating IP", now, ({ status }) => status === "ACTIVE");
});

test("a zone and a record are answered by bind, which knows nothing else", async () => {
  const created = await estate.request<Thing>("POST", "dns", "/v2/zones", {
    body: { name: zone, email: "a@example.com", ttl: 60 },
  });
  const at = `/v2/zones/${created.id}`;
  made.push({ what: at, remove: () => estate.request("DELETE", "dns", at), gone: () => estate.get("dns", at) });
  await estate.request("POST", "dns", `${at}/recordsets`, {
    body: { name: `api.${zone}`, type: "A", records: ["203.0.113.77"], ttl: 30 },
  });
  await until(
    "record",
    () => dig(`api.${zone}`),
    (answer) => answer === "203.0.113.77",
    60,
  );
  const { stdout } = await execa("dig", [`@${addresses.dns}`, "example.com", "A"], { reject: false });
  expect(stdout).toContain("status: REFUSED");
});

test("a load balancer with a listener, a pool and a member becomes ACTIVE", async () => {
  const path = "/v2/lbaas/loadbalancers";
  const balancer = await make("load-balancer", path, "loadbalancer", { name, vip_subnet_id: subnet.id });
  const settled = () =>
    until(
      "load balancer",
      async () => (await estate.get<{ loadbalancer: Thing }>("load-balancer", `${path}/${balancer.id}`)).loadbalancer,
      ({ provisioning_status }) => provisioning_status === "ACTIVE" || provisioning_status === "ERROR",
    );
  const add = async (kind: string, where: string, body: object) => {
    const answer = await estate.request<Record<string, Thing>>("POST", "load-balancer", where, {
      body: { [kind]: body },
    });
    expect(await settled()).toMatchObject({ provisioning_status: "ACTIVE" });
    return answer[kind]?.id;
  };
  expect(await settled()).toMatchObject({ provisioning_status: "ACTIVE" });
  const listener = await add("listener", "/v2/lbaas/listeners", {
    protocol: "TCP",
    protocol_port: 6443,
    loadbalancer_id: balancer.id,
  });
  const pool = await add("pool", "/v2/lbaas/pools", {
    protocol: "TCP",
    lb_algorithm: "ROUND_ROBIN",
    listener_id: listener,
  });
  await add("member", `/v2/lbaas/pools/${pool}/members`, {
    address: "10.77.0.50",
    protocol_port: 6443,
    subnet_id: subnet.id,
  });
});

test("the openstack command works with the same file", async () => {
  const env = { OS_CLIENT_CONFIG_FILE: clouds, OS_CLOUD: "estate" };
  const { stdout } = await execa("openstack", ["server", "list", "--format", "json", "--name", `^${name}$`], { env });
  expect(JSON.parse(stdout)).toMatchObject([{ Name: name, Status: "ACTIVE" }]);
});

test("everything deleted leaves nothing, not even what the services made on the way", async () => {
  expect(await removeAll()).toEqual([]);
  const ports = await admin.list<{ network_id: string }>("network", "/v2.0/ports", "ports");
  expect(ports.filter(({ network_id }) => network_id === network.id)).toEqual([]);
  expect(await dig(zone, "SOA")).toBe("");
  const groups = await admin.list<Thing>("network", "/v2.0/security-groups", "security_groups");
  const balancers = await admin.list<Thing>("load-balancer", "/v2/lbaas/loadbalancers", "loadbalancers");
  expect(
    groups.filter(({ name: group }) => group.startsWith("lb-") && !balancers.some(({ id }) => group.includes(id))),
  ).toEqual([]);
});
