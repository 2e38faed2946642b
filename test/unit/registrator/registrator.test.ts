import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { heldFor } from "../../../apps/registrator/service/observed.ts";
import { type Running, run } from "../../../apps/registrator/service/run.ts";
import { fakeConsul } from "../apps/consul/fake-consul.ts";
import { token } from "./estate.ts";
import { type FakeBbb, fakeBbb } from "./fake-bbb.ts";
import { type FakeOrchestrator, fakeOrchestrator } from "./fake-orchestrator.ts";
import { type FakeScalelite, fakeScalelite } from "./fake-scalelite.ts";
import { listen, until } from "./fakes.ts";

/** Time runs a hundred times as fast here as in an estate. */
const fast = { passSeconds: 0.1, pollSeconds: 0.2, deadSeconds: 0.6, capacity: 100 };
const leaseSeconds = 0.9;

let folder: string;
let orchestrator: FakeOrchestrator;
let scalelite: FakeScalelite;
let servers: Map<string, FakeBbb>;
let polling: NodeJS.Timeout;
const replicas: Running[] = [];
const said: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "estate-registrator-"));
  [orchestrator, scalelite, servers] = [await fakeOrchestrator(), await fakeScalelite(), new Map()];
  polling = setInterval(() => void scalelite.poll(), 200);
  said.length = 0;
});

afterEach(async () => {
  clearInterval(polling);
  for (const replica of replicas.splice(0)) replica.kill();
  const all = [orchestrator, scalelite, ...servers.values()];
  await Promise.all(all.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

async function have(count: number): Promise<void> {
  for (let index = 1; index <= count; index += 1) {
    const name = `bbb-${String(index).padStart(2, "0")}`;
    servers.set(name, await fakeBbb());
    orchestrator.nodes.set(name, true);
  }
}

function declare(more: object = {}): string {
  const file = join(folder, "declared.json");
  const entries = [...servers].map(([name, { api: url, secret }]) => [name, { url, secret }]);
  const { url, secret } = scalelite;
  const state = { scalelite: { url, secret }, token, ...fast, servers: Object.fromEntries(entries), ...more };
  // as a kubelet changes it: at once
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
  return file;
}

async function replica(me: string): Promise<Running> {
  const say = (line: string) => void said.push(`${me}: ${line}`);
  const file = join(folder, "declared.json");
  const kubernetes = orchestrator.config;
  const running = await run({
    file,
    me,
    namespace: "estate",
    kubernetes,
    port: 0,
    address: "127.0.0.1",
    leaseSeconds,
    say,
  });
  replicas.push(running);
  return running;
}

function server(name: string): FakeBbb {
  const found = servers.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

function ask(running: Running, path: string, method = "GET", body?: object, given = token) {
  const headers = { authorization: `Bearer ${given}` };
  const init = body ? { method, headers, body: JSON.stringify(body) } : { method, headers };
  return fetch(`http://127.0.0.1:${running.port}${path}`, init);
}

async function drainOf(running: Running, name: string) {
  const answer = await ask(running, `/drains/${name}`);
  return ((await answer.json()) as { drain?: { phase: string; reason: string } }).drain;
}

async function untilSaid(reason: () => Promise<string>, wanted: string): Promise<void> {
  let said = "";
  const asking = setInterval(() => void reason().then((now) => (said = now)), 100);
  try {
    await until(
      () => said,
      (now) => now.includes(wanted),
    );
  } finally {
    clearInterval(asking);
  }
}

const up = () => [...scalelite.entries.values()].filter(({ state, online }) => state === "enabled" && online).length;
const order = (name: string, more: object = {}) => ({
  ...{
    machine: "old",
    url: server(name).api,
    minutes: 10,
    atDeadline: "wait",
    texts: { de: "Noch {minutes} min" },
    ...more,
  },
});

describe("two replicas and thirty servers", () => {
  it("add each once, and lose no meeting: one dies, one is slow, one is drained, Scalelite starts anew, the leader is killed", async () => {
    await have(30);
    declare();
    const [slow, dying, busy] = [server("bbb-03"), server("bbb-07"), server("bbb-11")];
    slow.delay = 150;
    const first = await replica("a");
    await until(() => first.leader.leads, Boolean);
    const second = await replica("b");
    await until(up, (count) => count === 30);

    busy.meetings.push({ id: "maths", people: 3, password: "pw" });
    scalelite.meetings.set("maths", scalelite.entryOf(busy.api)?.id ?? "");
    const asked = await ask(second, "/drains/bbb-11", "PUT", order("bbb-11"));
    expect(asked.status).toBe(200);
    await until(
      () => scalelite.entryOf(busy.api)?.state,
      (state) => state === "cordoned",
    );
    await until(
      () => busy.chat,
      (chat) => chat.length === 1,
    );

    first.kill();
    await dying.stop();
    orchestrator.nodes.set("bbb-07", false);
    await scalelite.stop();
    await until(() => second.leader.leads, Boolean);
    await scalelite.start();
    await until(
      () => scalelite.log,
      (log) => log.includes(`panic ${dying.api}`),
    );

    expect(await drainOf(second, "bbb-11")).toMatchObject({
      phase: "leaving",
      reason: expect.stringContaining("3 people"),
    });
    expect([busy.meetings.map(({ id }) => id), busy.ended, busy.chat]).toEqual([["maths"], [], ["maths: Noch 10 min"]]);
    const added = scalelite.log.filter((line) => line.startsWith("add "));
    expect([added.length, new Set(added).size, scalelite.entries.size]).toEqual([30, 30, 30]);
    expect(scalelite.log.filter((line) => /^(delete|disable)/.test(line))).toEqual([]);

    busy.recordings = 1;
    busy.meetings.length = 0;
    await until(
      () => JSON.stringify(orchestrator.lease),
      (lease) => lease.includes("1 recordings to arrive"),
    );
    expect((await drainOf(second, "bbb-11"))?.phase).toBe("recordings");
    busy.recordings = 0;
    await until(
      () => JSON.stringify(orchestrator.lease),
      (lease) => lease.includes('\\"phase\\":\\"drained\\"'),
    );
    expect(scalelite.entryOf(busy.api)?.state).not.toBe("enabled");

    await dying.start();
    orchestrator.nodes.set("bbb-07", true);
    await ask(second, "/drains/bbb-11", "DELETE");
    await until(up, (count) => count === 30);
    const log = said.join("\n");
    expect(log).not.toMatch(/the-secret-of|a-token/);
  }, 60_000);
});

describe("a host that hands recordings over", () => {
  it("is drained when it has looked after the last meeting, and says that none is left; not before", async () => {
    await have(3);
    const metrics = { waiting: 0, looked: Date.now() / 1000 - 5 };
    const host = await listen((_, response) =>
      response.end(`bbb_recordings_waiting ${metrics.waiting}\nbbb_recordings_looked ${metrics.looked}\n`),
    );
    try {
      const handover = {
        url: `${host.url}/metrics`,
        metric: "bbb_recordings_waiting",
        looked: "bbb_recordings_looked",
      };
      const entries = [...servers].map(([name, { api: url, secret }]) => [name, { url, secret, handover }]);
      declare({ servers: Object.fromEntries(entries) });
      const running = await replica("a");
      await until(up, (count) => count === 3);
      await ask(running, "/drains/bbb-02", "PUT", order("bbb-02"));
      const reason = async () => (await drainOf(running, "bbb-02"))?.reason ?? "";
      await untilSaid(reason, "has not looked again since the last meeting ended");
      Object.assign(metrics, { waiting: 2, looked: Date.now() / 1000 + 120 });
      await untilSaid(reason, "waiting for 2 recordings to arrive");
      metrics.waiting = 0;
      await untilSaid(reason, "its recordings have arrived");
      expect((await drainOf(running, "bbb-02"))?.phase).toBe("drained");
    } finally {
      await host.stop();
    }
  }, 30_000);
});

describe("a replica", () => {
  it("does nothing in a dry run, and tells what it would do", async () => {
    await have(2);
    declare({ dryRun: true });
    const running = await replica("a");
    await until(() => running.leader.leads && running.registrator.look, Boolean);
    const { servers: told } = (await (await ask(running, "/servers")).json()) as { servers: { steps: string[] }[] };
    expect(told.map(({ steps }) => steps)).toEqual([
      [expect.stringContaining("add bbb-01: it is declared")],
      [expect.stringContaining("add bbb-02: it is declared")],
    ]);
    expect(scalelite.log).toEqual([]);
  });

  it("never adds what fails its probe, and adds it when it answers", async () => {
    await have(2);
    declare();
    await server("bbb-02").stop();
    const running = await replica("a");
    await until(up, (count) => count === 1);
    await until(
      () => running.registrator.look?.verdicts.map(({ server, condition }) => `${server} ${condition}`),
      (found) => found?.join() === "bbb-01 up,bbb-02 absent",
    );
    expect(scalelite.entries.size).toBe(1);
    await server("bbb-02").start();
    await until(up, (count) => count === 2);
  });

  it("goes by what is declared now; what is wrong is told, and changes nothing", async () => {
    await have(2);
    const file = declare();
    const running = await replica("a");
    await until(up, (count) => count === 2);
    writeFileSync(file, '{"token": 1}');
    const trouble = await until(() => running.registrator.trouble, Boolean);
    expect(trouble).toContain("the declared state is wrong: scalelite:");
    expect(await (await ask(running, "/metrics")).text()).toContain("registrator_trouble 1\n");
    expect(up()).toBe(2);
    const gone = server("bbb-02").api;
    const left = server("bbb-01");
    declare({ servers: { "bbb-01": { url: left.api, secret: left.secret } } });
    await until(
      () => scalelite.log,
      (log) => log.includes(`delete ${gone}`),
    );
    expect(scalelite.log.indexOf(`cordon ${gone}`)).toBeGreaterThan(-1);
    expect(running.registrator.trouble).toBeUndefined();
  });

  it("ends meetings at a deadline that says so, and aborts one that says that", async () => {
    await have(3);
    declare();
    const running = await replica("a");
    await until(up, (count) => count === 3);
    for (const name of ["bbb-01", "bbb-02"]) server(name).meetings.push({ id: `m-${name}`, people: 2, password: "pw" });
    const ending = order("bbb-01", { minutes: 0.01, atDeadline: "end" });
    await ask(running, "/drains/bbb-01", "PUT", ending);
    await ask(running, "/drains/bbb-02", "PUT", order("bbb-02", { minutes: 0.01, atDeadline: "abort" }));
    await until(
      () => server("bbb-01").ended,
      (ended) => ended.length === 1,
    );
    await until(
      () => scalelite.log,
      (log) => log.filter((line) => line === `enable ${server("bbb-02").api}`).length === 2,
    );
    expect(server("bbb-02").ended).toEqual([]);
    expect(await drainOf(running, "bbb-02")).toMatchObject({ phase: "aborted" });
    await until(
      () => JSON.stringify(orchestrator.lease),
      (lease) => lease.includes('\\"phase\\":\\"drained\\"'),
    );
  });

  it("drains only for those who have the token, and tells what is wrong with an order", async () => {
    await have(1);
    declare();
    const running = await replica("a");
    await until(() => running.registrator.look, Boolean);
    const refused = await ask(running, "/drains/bbb-01", "PUT", order("bbb-01"), "wrong-token");
    expect([refused.status, (await ask(running, "/servers", "GET", undefined, "")).status]).toEqual([401, 401]);
    const wrong = await ask(running, "/drains/bbb-01", "PUT", { machine: "", minutes: -1 });
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringMatching(/machine: .*url: .*minutes: .*atDeadline: /),
    ]);
    expect((await ask(running, "/drains/bbb-01")).status).toBe(404);
    expect((await ask(running, "/else")).status).toBe(404);
    expect([(await ask(running, "/healthz")).status, (await ask(running, "/readyz")).status]).toEqual([200, 200]);
    expect(orchestrator.lease?.metadata.annotations).toEqual({ "estate/drains": "{}" });
  });

  it("gives Prometheus every server's condition, load and people", async () => {
    await have(1);
    server("bbb-01").meetings.push({ id: "m", people: 4, password: "pw" });
    declare();
    const running = await replica("a");
    await until(
      () => running.registrator.look?.verdicts[0]?.condition,
      (condition) => condition === "up",
    );
    const text = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    for (const line of [
      "registrator_leader 1",
      'registrator_server_condition{server="bbb-01",condition="up"} 1',
      'registrator_server_condition{server="bbb-01",condition="dead"} 0',
      'registrator_server_load{server="bbb-01"} 4',
      'registrator_server_people{server="bbb-01"} 4',
      'registrator_server_meetings{server="bbb-01"} 1',
      'registrator_server_state{server="bbb-01",state="enabled"} 1',
      'registrator_server_state{server="bbb-01",state="cordoned"} 0',
      'registrator_steps_total{step="add",result="done"} 1',
    ])
      expect(text.split("\n")).toContain(line);
  });

  it("gives the lease back when it is stopped", async () => {
    await have(1);
    declare();
    const running = await replica("a");
    await until(() => running.leader.leads, Boolean);
    await running.stop();
    expect(orchestrator.lease?.spec.holderIdentity).toBeUndefined();
  });
});

describe("a replica that asks Consul beside the orchestrator", () => {
  it("takes a silent server for dead only when both have lost its host", async () => {
    await have(3);
    const consul = await fakeConsul("the-token");
    const health = (Status: string) =>
      consul.catalogue.register({
        ...{ Node: "bbb-02", Address: "192.0.2.2", Service: { Service: "bbb", Port: 443 } },
        Check: { CheckID: "service:bbb", Name: "bbb takes connections", ServiceID: "bbb", Status },
      });
    health("passing");
    declare({ consul: { url: consul.url, service: "bbb", token: "the-token", beside: true } });
    const running = await replica("a");
    await until(up, (count) => count === 3);
    const lost = server("bbb-02");
    await lost.stop();
    orchestrator.nodes.set("bbb-02", false);
    const seen = () => running.registrator.look?.verdicts.find(({ server }) => server === "bbb-02");
    await until(
      () => running.registrator.look?.observed,
      (observed) => observed !== undefined && (heldFor("silent bbb-02", observed) ?? 0) > 2 * fast.deadSeconds,
    );
    expect(seen()?.condition).toBe("silent");
    health("critical");
    await until(
      () => scalelite.log,
      (log) => log.includes(`panic ${lost.api}`),
    );
    expect(said.join("\n")).toContain("its node is not Ready");
    await consul.stop();
  });
});
