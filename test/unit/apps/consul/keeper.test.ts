/** The keeper and the rights, against a server that behaves as Consul's documented API. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Catalogue, Node } from "../../../../apps/consul/service/catalogue.ts";
import { connectConsul } from "../../../../apps/consul/service/client.ts";
import { Keeper } from "../../../../apps/consul/service/keeper.ts";
import { Looks } from "../../../../apps/consul/service/look.ts";
import { lookedKey } from "../../../../apps/consul/service/looked.ts";
import { permit } from "../../../../apps/consul/service/rights.ts";
import { managementToken, rightsOf, type TokenUser, tokenOf, users } from "../../../../apps/consul/tokens.ts";
import { type FakeConsul, fakeConsul } from "./fake-consul.ts";

const seed = "unique-seed";
const rights = rightsOf(seed, { generation: 0, revoked: -1 });
const bbb: Node = {
  ...{ address: "10.20.0.21", meta: { role: "bbb", site: "local" } },
  services: [
    { service: "bbb", port: 443, address: "bbb-01.estate.test", checked: true },
    { service: "node-exporter", port: 9100, checked: false },
  ],
};
const worker: Node = {
  ...bbb,
  address: "10.20.0.31",
  services: [{ service: "node-exporter", port: 9100, checked: false }],
};

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** A Consul that knows the estate's rights, and a keeper of it. */
async function run(nodes: Catalogue["nodes"] = { "bbb-01": bbb, "worker-01": worker }) {
  const fake = await fakeConsul(managementToken(seed));
  const folder = mkdtempSync(join(tmpdir(), "consul-keeper-"));
  ended.push(
    () => fake.stop(),
    () => rmSync(folder, { recursive: true }),
  );
  await permit(manager(fake), rights);
  const places = { file: join(folder, "catalogue.json"), run: folder };
  const declare = (wanted: Catalogue["nodes"]) => writeFileSync(places.file, JSON.stringify({ nodes: wanted }));
  declare(nodes);
  const said: Readonly<Record<string, unknown>>[] = [];
  const trouble = new Map<string, string>();
  const looks = new Looks(async (host) => trouble.get(host));
  const state = { token: tokenOf(seed, "keeper", 0) };
  const consul = connectConsul(fake.url, () => state.token);
  const keeper = new Keeper(consul, places, (line) => said.push(line), looks);
  const kept = () => existsSync(join(folder, "kept"));
  return { fake, keeper, declare, said, trouble, state, kept, folder };
}

const manager = ({ url }: FakeConsul) => connectConsul(url, () => rights.management);
const statusOf = ({ catalogue }: FakeConsul, node: string) =>
  catalogue.nodes.get(node)?.checks.get("service:bbb")?.Status;

describe("the keeper", () => {
  it("registers hosts with their services, and how those are that it looks at", async () => {
    const { fake, keeper, kept } = await run();
    await keeper.look();
    const node = fake.catalogue.nodes.get("bbb-01");
    expect(node).toMatchObject({ Address: "10.20.0.21", Meta: { role: "bbb", site: "local", managed_by: "estate" } });
    expect([...(node?.services.values() ?? [])]).toEqual([
      { ID: "bbb", Service: "bbb", Address: "bbb-01.estate.test", Port: 443 },
      { ID: "node-exporter", Service: "node-exporter", Address: "", Port: 9100 },
    ]);
    expect([...(node?.checks.values() ?? [])]).toEqual([
      expect.objectContaining({ CheckID: "service:bbb", ServiceID: "bbb", Status: "passing" }),
    ]);
    expect(kept()).toBe(true);
  });

  it("writes nothing where all is so: nobody who waits for a change is woken", async () => {
    const { fake, keeper, said } = await run();
    await keeper.look();
    const before = fake.catalogue.index;
    const [lines] = [said.length];
    fake.asked.length = 0;
    await keeper.look();
    expect(fake.asked.filter((line) => !line.startsWith("GET"))).toEqual([]);
    expect([fake.catalogue.index, said.length]).toEqual([before, lines]);
    // a blocking query on what it has seen comes back when its time is up, and not before
    const began = performance.now();
    const url = `${fake.url}/v1/health/service/bbb?index=${before}&wait=200ms`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${tokenOf(seed, "monitoring", 0)}` } });
    expect(answer.headers.get("x-consul-index")).toBe(String(before));
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it("puts right what was changed, and takes away what the estate has no more; what others registered stays", async () => {
    const { fake, keeper, declare } = await run();
    await keeper.look();
    fake.catalogue.register({ Node: "printer", Address: "192.0.2.9", Service: { Service: "ipp", Port: 631 } });
    fake.catalogue.register({ Node: "bbb-01", Address: "192.0.2.66", Service: { ID: "bbb", Service: "bbb", Port: 1 } });
    fake.catalogue.register({
      Node: "worker-01",
      Address: "10.20.0.31",
      NodeMeta: { managed_by: "estate" },
      Service: { Service: "old" },
    });
    await keeper.look();
    const of = (name: string) => fake.catalogue.nodes.get(name);
    expect([of("bbb-01")?.Address, of("bbb-01")?.services.get("bbb")?.Port]).toEqual(["10.20.0.21", 443]);
    expect([...(of("worker-01")?.services.keys() ?? [])]).toEqual(["node-exporter"]);
    declare({ "bbb-01": bbb });
    await keeper.look();
    expect([...fake.catalogue.nodes.keys()].sort()).toEqual(["bbb-01", "printer"]);
  });

  it("says when it looked, twice a minute, and not where something was refused", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-23T02:00:00Z") });
    ended.push(() => vi.useRealTimers());
    const { fake, keeper, declare } = await run();
    const looked = async (seconds: number) => {
      vi.setSystemTime(Date.now() + seconds * 1000);
      await keeper.look();
      return JSON.parse(fake.kv.get(lookedKey) ?? "{}").at;
    };
    expect(await looked(0)).toBe("2026-11-23T02:00:00.000Z");
    expect(await looked(20)).toBe("2026-11-23T02:00:00.000Z");
    expect(await looked(20)).toBe("2026-11-23T02:00:40.000Z");
    declare({ "consul-0": worker });
    expect(await looked(60)).toBe("2026-11-23T02:00:40.000Z");
  });

  it("takes nothing away for a catalogue that is empty or cut off", async () => {
    const { fake, keeper, declare, folder, said } = await run();
    await keeper.look();
    const before = fake.catalogue.index;
    declare({});
    await keeper.look();
    writeFileSync(join(folder, "catalogue.json"), '{"nodes":{"bbb-01":{"address":"10.');
    await keeper.look();
    writeFileSync(join(folder, "catalogue.json"), '{"nodes":{"bbb-01":{"address":""}}}');
    await keeper.look();
    expect([fake.catalogue.index, fake.catalogue.nodes.size]).toEqual([before, 2]);
    expect(said.at(-1)).toEqual({ event: "failed", error: expect.stringContaining("not whole") });
  });

  it("takes a service for critical after three looks in vain, and for well after one; what was never well is critical", async () => {
    const { fake, keeper, trouble } = await run();
    const seen: unknown[] = [];
    const look = async () => {
      await keeper.look();
      seen.push(statusOf(fake, "bbb-01"));
    };
    trouble.set("bbb-01.estate.test", "takes no connection (ECONNREFUSED)");
    await look();
    trouble.clear();
    await look();
    trouble.set("bbb-01.estate.test", "takes no connection (ECONNREFUSED)");
    for (const _ of [1, 2, 3]) await look();
    expect(seen).toEqual(["critical", "passing", "passing", "passing", "critical"]);
    const check = fake.catalogue.nodes.get("bbb-01")?.checks.get("service:bbb");
    expect(check?.Output).toBe("bbb-01.estate.test:443 takes no connection (ECONNREFUSED)");
  });

  it.each<[string, { readonly token?: string; readonly led?: boolean }, string]>([
    ["a token that nobody knows", { token: "wrong" }, "HTTP 403, ACL not found"],
    ["no token", { token: "" }, "may not read all of it"],
    ["no leader", { led: false }, "HTTP 500, No cluster leader"],
  ])("tells what is wrong, does nothing, and goes on after: %s", async (_, { token, led }, words) => {
    const { fake, keeper, said, state, kept } = await run();
    fake.catalogue.register({ Node: "printer", Address: "192.0.2.9", Service: { Service: "ipp", Port: 631 } });
    const right = { ...state };
    Object.assign(state, token === undefined ? {} : { token });
    fake.led = led ?? true;
    await keeper.look();
    expect(said).toEqual([{ event: "failed", error: expect.stringContaining(words) }]);
    expect([kept(), fake.catalogue.nodes.size]).toEqual([false, 1]);
    expect(JSON.stringify(said)).not.toContain(right.token);
    Object.assign(state, right);
    fake.led = true;
    await keeper.look();
    expect([kept(), fake.catalogue.nodes.size]).toEqual([true, 3]);
  });

  it("goes on when Consul comes back", async () => {
    const { fake, keeper, said, kept } = await run();
    await fake.stop();
    // the first finds the connection closed that was kept open
    for (const _ of [1, 2]) await keeper.look();
    expect(said.at(-1)).toEqual({
      event: "failed",
      error: expect.stringContaining("/v1/catalog/nodes: connect ECONNREFUSED"),
    });
    expect(kept()).toBe(false);
    await fake.start();
    await keeper.look();
    expect([kept(), fake.catalogue.nodes.size]).toEqual([true, 2]);
  });

  it("goes on with the rest where one is refused, and is not well then", async () => {
    const { fake, keeper, declare, kept, said } = await run();
    // a host by the name of a server, which the keeper's token may not write
    declare({ "consul-0": worker, "worker-01": worker });
    await keeper.look();
    expect([...fake.catalogue.nodes.keys()]).toEqual(["worker-01"]);
    expect(kept()).toBe(false);
    expect(said[0]?.error).toContain(`lacks permission 'node:write' on "consul-0"`);
  });
});

describe("rights", () => {
  it("are made once, put right, and revoked with their generation; tokens of others stay", async () => {
    const { fake } = await run();
    const { writes } = fake.acl;
    expect(await permit(manager(fake), rights)).toEqual([]);
    expect(fake.acl.writes).toBe(writes);
    const [policy] = fake.acl.policies.values();
    if (!policy) throw new Error("no policy");
    fake.acl.policies.set(policy.ID, { ...policy, Rules: 'node_prefix "" { policy = "write" }' });
    expect(await permit(manager(fake), rights)).toEqual([`changed policy ${policy.Name}`]);
    await permit(manager(fake), rightsOf(seed, { generation: 1, revoked: 0 }));
    const may = (token: string) => fake.acl.of(token).may("node", "bbb-01", "read");
    expect(() => may(tokenOf(seed, "monitoring", 0))).toThrow("ACL not found");
    expect(may(tokenOf(seed, "monitoring", 1))).toBe(true);
    expect(may(rights.management)).toBe(true);
  });

  it("take the next tokens already, so that nobody waits for the servers", async () => {
    const { fake } = await run();
    expect(fake.acl.of(tokenOf(seed, "registrator", 1)).may("service", "bbb", "read")).toBe(true);
  });

  it("are no more than each needs", async () => {
    const { fake } = await run();
    const asked = [
      ...(["bbb-01", "consul-0"] as const).map((name) => ["node", name] as const),
      ...([
        ["service", "bbb"],
        ["service", "consul"],
        ["key", lookedKey],
        ["key", "other"],
        ["acl", ""],
      ] as const),
    ];
    const written = (user: TokenUser) => {
      const allowed = fake.acl.of(tokenOf(seed, user, 0));
      return asked.filter(([what, name]) => allowed.may(what, name, "write")).map(([, name]) => name);
    };
    const unread = (user: TokenUser) => {
      const allowed = fake.acl.of(tokenOf(seed, user, 0));
      return asked.filter(([what, name]) => !allowed.may(what, name, "read")).map(([, name]) => name);
    };
    expect(users.map((user) => [user, ...written(user)])).toEqual([
      ["agent", "consul-0"],
      ["keeper", "bbb-01", "bbb", lookedKey],
      ["registrator"],
      ["monitoring"],
    ]);
    expect(users.map(unread)).toEqual([
      [lookedKey, "other", ""],
      ["other", ""],
      ["other", ""],
      ["other", ""],
    ]);
  });

  it("are not made by a token that may not", async () => {
    const { fake } = await run();
    const consul = connectConsul(fake.url, () => tokenOf(seed, "keeper", 0));
    await expect(permit(consul, rights)).rejects.toThrow("GET /v1/acl/policies: HTTP 403, Permission denied");
  });
});
