/** How the registrator reads Consul, against a server that behaves as its documented API. */
import { afterEach, describe, expect, it } from "vitest";
import { connectConsul } from "../../../apps/consul/service/client.ts";
import { lookedKey } from "../../../apps/consul/service/looked.ts";
import { permit } from "../../../apps/consul/service/rights.ts";
import { rightsOf, tokenOf } from "../../../apps/consul/tokens.ts";
import { consulSights } from "../../../apps/registrator/service/consul.ts";
import type { Sight } from "../../../apps/registrator/service/observed.ts";
import { sightsOf, together } from "../../../apps/registrator/service/sights.ts";
import { troubleOf } from "../../../apps/registrator/service/trouble.ts";
import { type FakeConsul, fakeConsul } from "../apps/consul/fake-consul.ts";
import { listen } from "./fakes.ts";

const rights = rightsOf("unique-seed", { generation: 0, revoked: -1 });
const token = tokenOf("unique-seed", "registrator", 0);

const running: FakeConsul[] = [];
afterEach(async () => {
  for (const fake of running.splice(0)) await fake.stop();
});

/** A Consul with the estate's rights, and two servers, of which the second is lost; and what others registered. */
async function consul(): Promise<FakeConsul> {
  const fake = await fakeConsul(rights.management);
  running.push(fake);
  await permit(
    connectConsul(fake.url, () => rights.management),
    rights,
  );
  for (const [Node, Status] of [
    ["bbb-01", "passing"],
    ["bbb-02", "critical"],
  ])
    fake.catalogue.register({
      ...{ Node, Address: "10.20.0.21", Service: { Service: "bbb", Port: 443 } },
      Check: { CheckID: "service:bbb", Name: "bbb takes connections", ServiceID: "bbb", Status },
    });
  fake.catalogue.register({ Node: "printer", Address: "192.0.2.9", Service: { Service: "ipp", Port: 631 } });
  return fake;
}

describe("what Consul says", () => {
  it("is each node of the service, with the checks that fail", async () => {
    const fake = await consul();
    const sights = await consulSights({ url: fake.url, service: "bbb", token });
    expect(Object.fromEntries(sights)).toEqual({
      "bbb-01": { up: true, why: "Consul sees it healthy" },
      "bbb-02": { up: false, why: "Consul sees it critical (bbb takes connections)" },
    });
  });

  it("counts a check of the whole host, and no warning", async () => {
    const fake = await consul();
    const check = (CheckID: string, Status: string) =>
      fake.catalogue.register({ Node: "bbb-01", Address: "10.20.0.21", Check: { CheckID, Name: CheckID, Status } });
    const up = async () => (await consulSights({ url: fake.url, service: "bbb", token })).get("bbb-01")?.up;
    check("load", "warning");
    expect(await up()).toBe(true);
    check("serfHealth", "critical");
    expect(await up()).toBe(false);
  });

  it.each([
    ["a token that nobody knows", "11111111-1111-4111-8111-111111111111", "HTTP 403: ACL not found"],
    ["no token, which is HTTP 200 with nothing", undefined, "may not read all of /v1/health/service/bbb"],
  ])("is an error with %s, and the token is not told", async (_, given, words) => {
    const fake = await consul();
    // nodes may be read, and not their services: else all of it would be kept back the same way
    const asked = consulSights({ url: fake.url, service: "bbb", token: given });
    await expect(asked).rejects.toThrow(words);
    await expect(asked).rejects.not.toThrow(given ?? "undefined");
  });

  it("counts only where its keeper looked lately: a check says nothing of its age", async () => {
    const fake = await consul();
    const now = Date.parse("2026-11-23T02:10:00Z");
    const asked = () => consulSights({ url: fake.url, service: "bbb", token, looked: lookedKey }, now);
    await expect(asked()).rejects.toThrow(`/v1/kv/${lookedKey}?raw was answered with HTTP 404`);
    const keeper = connectConsul(fake.url, () => tokenOf("unique-seed", "keeper", 0));
    await keeper.put(`/v1/kv/${lookedKey}`, { at: "2026-11-23T02:05:00.000Z" });
    await expect(asked()).rejects.toThrow("its keeper last looked 300 s ago");
    await keeper.put(`/v1/kv/${lookedKey}`, { at: "2026-11-23T02:09:00.000Z" });
    expect((await asked()).get("bbb-02")?.up).toBe(false);
    await keeper.put(`/v1/kv/${lookedKey}`, { at: "yesterday" });
    await expect(asked()).rejects.toThrow();
  });

  it("is an error where nobody leads: what a server alone remembers is not asked for", async () => {
    const fake = await consul();
    fake.led = false;
    await expect(consulSights({ url: fake.url, service: "bbb", token })).rejects.toThrow("HTTP 500: No cluster leader");
    const stale = await fetch(`${fake.url}/v1/health/service/bbb?stale`, { headers: { "x-consul-token": token } });
    expect([stale.status, stale.headers.get("x-consul-knownleader")]).toEqual([200, "false"]);
    expect(fake.asked.filter((line) => line.includes("stale"))).toHaveLength(1);
  });

  it("is an error where something else answers", async () => {
    const nginx = await listen((_, response) => response.writeHead(502).end("<html>Bad Gateway</html>"));
    await expect(consulSights({ url: nginx.url, service: "bbb" })).rejects.toThrow("HTTP 502");
    await nginx.stop();
    await expect(consulSights({ url: nginx.url, service: "bbb" })).rejects.toThrow("ECONNREFUSED");
  });
});

describe("a host that two look at", () => {
  const [up, lost]: Sight[] = [
    { up: true, why: "its node is Ready" },
    { up: false, why: "its node is not Ready (x)" },
  ];
  const critical: Sight = { up: false, why: "Consul sees it critical (y)" };
  const map = (sight?: Sight) => new Map(sight ? [["bbb-01", sight]] : []);

  it.each([
    [lost, critical, { up: false, why: "its node is not Ready (x), and Consul sees it critical (y)" }],
    [up, critical, up],
    [lost, { up: true, why: "Consul sees it healthy" }, { up: true, why: "Consul sees it healthy" }],
    [lost, undefined, lost],
    [undefined, critical, critical],
    [undefined, undefined, undefined],
  ])("is lost only if all who know it say so: %j, %j", (one, other, expected) => {
    expect(together(map(one), map(other)).get("bbb-01")).toEqual(expected);
  });

  it("is as the orchestrator says where Consul does not tell; where the orchestrator does not, nobody can", async () => {
    const fake = await consul();
    const asked = { url: fake.url, service: "bbb", token, beside: true };
    const nodes = async () => new Map([["bbb-02", lost as Sight]]);
    const said: string[] = [];
    const trouble = troubleOf("Consul", (line) => said.push(line));
    const of = async () => (await sightsOf({ consul: asked }, nodes, trouble)).get("bbb-02");
    expect(await of()).toEqual({
      up: false,
      why: expect.stringContaining("not Ready (x), and Consul sees it critical"),
    });
    fake.led = false;
    for (const _ of [1, 2]) expect(await of()).toEqual(lost);
    fake.led = true;
    await of();
    fake.led = false;
    await of();
    // when it begins, and not with each look
    expect(said).toEqual(Array(2).fill("Consul: /v1/health/service/bbb was answered with HTTP 500: No cluster leader"));
    const silent = async () => Promise.reject(new Error("the orchestrator gave no answer"));
    await expect(sightsOf({ consul: asked }, silent, trouble)).rejects.toThrow("gave no answer");
  });

  it("is as Consul alone says where it is asked instead, and as the orchestrator where there is none", async () => {
    const fake = await consul();
    const nodes = async () => new Map([["bbb-02", up as Sight]]);
    const instead = { url: fake.url, service: "bbb", token, beside: false };
    const trouble = () => undefined;
    expect((await sightsOf({ consul: instead }, nodes, trouble)).get("bbb-02")?.up).toBe(false);
    expect((await sightsOf({}, nodes, trouble)).get("bbb-02")).toEqual(up);
  });
});
