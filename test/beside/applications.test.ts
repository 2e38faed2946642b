/**
 * An estate with every application of the project, beside the first one on the same cloud: it comes up in one update, what can run here
 * runs and does its work, the rest says that it is played, nothing is left to do, and nothing of it stays.
 */
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { timeLimitedCredential } from "../../apps/coturn/credential.ts";
import { turnPorts } from "../../apps/coturn/names.ts";
import { turnSecrets } from "../../apps/coturn/secrets.ts";
import { processGroups } from "../../apps/monitoring/processes.ts";
import { names } from "../../local/network/names.ts";
import { comesAfter } from "../../stacks/applicationOrder.ts";
import { applications } from "../../stacks/applications.ts";
import { environment } from "../../stacks/environment.ts";
import { eventLog, here, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { shownIn } from "../engine/secret-lines.ts";
import { servedDownloads } from "./applications/bbb-project.ts";
import { describeApplications, type Given, hosts, newGiven, zone } from "./applications/document.ts";
import { edges } from "./applications/edges.ts";
import { askStrictly, everyManifest } from "./applications/manifests.ts";
import { askedFor, mustBe } from "./applications/metrics.ts";
import { builtIn } from "./applications/order.ts";
import { type Pod as NetworkedPod, reachedBy } from "./applications/reach.ts";
import { placesOf, secretsOf } from "./applications/secrets.ts";
import { SmallEstate } from "./small-estate.ts";
import { soon } from "./soon.ts";
import { TurnClient } from "./turn/client.ts";

const small = new SmallEstate("apps");
const bbbProject = "bbb-project-of-the-test.tar.gz";
let leftBefore: readonly string[];
let given: Given;
/** Whether there is anything to take down. */
let standing = true;
/** All that the engine printed. */
const printed: string[] = [];

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

type Pod = NetworkedPod & { readonly status: { readonly conditions?: readonly Condition[] } };

async function pods(): Promise<readonly Pod[]> {
  const all = await small.kubectl("get", "pods", "-n", environment.namespace, "--output", "json");
  return (JSON.parse(all) as { readonly items: readonly Pod[] }).items;
}

const conditionOf = ({ status }: Pod, type: string) => status.conditions?.find((one) => one.type === type);
const applicationOf = ({ metadata }: Pod) => metadata.labels?.["app.kubernetes.io/name"] ?? "";
const isWell = (pod: Pod) => pod.status.phase === "Succeeded" || conditionOf(pod, "Ready")?.status === "True";

beforeAll(async () => {
  leftBefore = await left();
  given = await newGiven();
  const downloads = await servedDownloads(join(here.data, "mirror"), bbbProject);
  await small.prepare((document) => {
    describeApplications(document, { ...given, downloads });
    // Debian has no Consul, and builds Prometheus without discovery by it
    Object.assign((document.apps as Record<string, object>).consul ?? {}, { enabled: false });
  });
  await small.giveSecrets(given.secrets);
});

afterAll(async () => {
  if (standing) await small.estate("destroy", "--yes");
  await small.remove();
  await rm(join(here.data, "mirror", bbbProject), { force: true });
});

test("comes up with all applications in one update", async () => {
  const up = await small.pulumi("up", "--yes", "--skip-preview", ...eventLog(join(small.folder, "events")));
  printed.push(up.text);
  expect(up.exitCode, up.text).toBe(0);
});

test("the engine built each after those that it comes after: data stores first", async () => {
  const built = await builtIn(join(small.folder, "events"));
  const running = Object.keys(built);
  const order = running.flatMap((name) =>
    comesAfter(name, running, applications).map((other) => [other, name] as const),
  );
  const wrong = order.filter(([other, name]) => (built[other]?.done ?? 0) >= (built[name]?.began ?? 0));
  expect(wrong).toEqual([]);
  expect(order).toEqual(
    expect.arrayContaining([
      ...[
        ["postgres", "scalelite"],
        ["redis", "scalelite"],
        ["scalelite", "registrator"],
        ["registrator", "bbb"],
      ],
      ...[
        ["postgres", "greenlight"],
        ["scalelite", "greenlight"],
        ["coturn", "bbb"],
        ["registrator", "monitoring"],
      ],
    ]),
  );
});

test("every application but Consul and the store has pods, and all of them are ready or have done their work", async () => {
  const all = await soon(120, pods, (found) => found.length > 0 && found.every(isWell));
  const others = Object.keys(applications).filter((name) => !["consul", "recordings"].includes(name));
  expect([...new Set(all.map(applicationOf))].sort()).toEqual(others);
});

test("what this machine has the programs of runs; the rest says that it is played, and why", async () => {
  const told = (found: readonly Pod[]) => found.every((pod) => conditionOf(pod, "estate.local/Runs"));
  const all = await soon(60, pods, told);
  const [running, played] = [true, false].map((does) =>
    all.filter((pod) => (conditionOf(pod, "estate.local/Runs")?.status === "True") === does),
  ) as [Pod[], Pod[]];
  const run = new Set(running.map(applicationOf));
  expect([...run].sort()).toEqual(["bbb", "coturn", "feedback", "hello", "monitoring", "postgres", "redis"]);
  const images = played.map((pod) => conditionOf(pod, "estate.local/Runs")?.message?.split(" ").at(-1));
  expect([...new Set(images)].sort()).toEqual([
    ...["docker.io/bigbluebutton/greenlight", "docker.io/blindsidenetwks/scalelite", "docker.io/grafana/grafana"],
    ...["docker.io/library/traefik"],
    ...["registry.example.org/estate", "registry.k8s.io/kube-state-metrics/kube-state-metrics"],
  ]);
});

test("a bbb host takes its settings, secrets and certificate, and says that Docker is played", async () => {
  const [name] = hosts.bbb;
  const folder = join(here.data, "hosts", (await small.servers())[name] ?? "");
  const said = () => readFile(join(folder, "console.log"), "utf8");
  const text = await soon(180, said, (seen) => seen.includes("estate-bbb: runs with its settings"));
  expect(text).toMatch(/played by the local stack, nothing was run: docker-compose .* up --detach /);

  const work = join(folder, "root/var/lib/estate/bbb");
  const read = (file: string) => readFile(join(work, file), "utf8");
  const env = await read("project/.env");
  const secret = await small.kubectl("get", "secret", `bbb-${name}`, "-n", environment.namespace, "--output", "json");
  expect(env).toBe(Buffer.from(JSON.parse(secret).data.env, "base64").toString());
  expect(env.split("\n")).toEqual(
    expect.arrayContaining([
      `DOMAIN=${name}.${zone}`,
      `EXTERNAL_IPv4=${await run("dig", "+short", `${name}.${zone}`)}`,
    ]),
  );
  expect(await read("bbb-web.properties")).toContain(`\nbigbluebutton.web.serverURL=https://${name}.${zone}\n`);
  const pem = await read("certificate/host.pem");
  for (const part of [given.chain, given.secrets["ingress.key"] ?? "no key"]) expect(pem).toContain(part.trim());

  // what it was told is root's alone, and on no console
  for (const file of ["project/.env", "running.env", "certificate/host.pem"])
    expect((await stat(join(work, file))).mode & 0o077, file).toBe(0);
  const [, apiSecret = ""] = /^SHARED_SECRET=(.+)$/m.exec(env) ?? [];
  expect(apiSecret).not.toBe("");
  expect(text).not.toContain(apiSecret);
});

test("TURN servers relay to bbb hosts, by their floating IPs, for who has a credential, and to nobody else", async () => {
  const { stdout } = await small.pulumi("config", "get", "estate:coturn.seed");
  const [secret = ""] = turnSecrets(stdout.trim(), { generation: 0, revoked: -1 });
  const addressOf = async (host: string) => run("dig", "+short", `${host}.${zone}`);
  const [bbb, worker] = [await addressOf(hosts.bbb[0]), await addressOf(hosts.worker[0])];
  for (const host of hosts.turn) {
    const address = await addressOf(host);
    const client = await TurnClient.open({ address, port: turnPorts.plain });
    try {
      expect(await client.allocate(timeLimitedCredential("guessed", Date.now() / 1000 + 3600))).toBe(401);
      const relay = await client.allocate(timeLimitedCredential(secret, Date.now() / 1000 + 3600));
      expect(relay).toMatchObject({ address });
      expect([await client.permit(bbb), await client.permit(worker)]).toEqual([0, 403]);
    } finally {
      client.close();
    }
  }
});

interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly labels: { readonly job: string; readonly instance: string };
}

/** What Prometheus says, asked on its own host, which alone reaches its pod. */
async function prometheus<Data>(path: string): Promise<Data> {
  const [pod] = (await pods()).filter(({ metadata }) => metadata.name === "monitoring-prometheus-0");
  const host = (await small.servers())[hosts.worker[0]] ?? "";
  const url = `http://${pod?.status.podIP}:9090/api/v1/${path}`;
  const answer = await run("ip", "netns", "exec", names.host(host), "curl", "--silent", "--max-time", "5", url);
  return JSON.parse(answer).data;
}

/** What it reads. */
async function targets(): Promise<readonly Target[]> {
  return (await prometheus<{ readonly activeTargets: readonly Target[] }>("targets?state=active")).activeTargets;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** What it computes now. */
async function computed(expr: string): Promise<readonly Sample[]> {
  return (await prometheus<{ readonly result: readonly Sample[] }>(`query?query=${encodeURIComponent(expr)}`)).result;
}

test("Prometheus reads every target whose program runs here, and finds all others too", async () => {
  const upOf = (found: readonly Target[], job: string) =>
    found.filter(({ labels, health }) => labels.job === job && health === "up").length;
  const count = Object.values(hosts).flat().length;
  const single = ["feedback-private", "monitoring-alertmanager", "monitoring-prometheus", "postgres-exporter"];
  const redis = ["redis-exporter-greenlight", "redis-exporter-scalelite"];
  // Debian builds coturn without Prometheus, the others are played
  const down = ["bbb-exporter", "ingress-metrics", "monitoring-kube-state", "registrator-http", "turn-exporter"];
  const notUp = (found: readonly Target[]) =>
    [...new Set(found.filter(({ health }) => health !== "up").map(({ labels }) => labels.job))].sort();
  const all = await soon(
    120,
    targets,
    (found) =>
      [...single, ...redis].every((job) => upOf(found, job) === 1) &&
      ["node-exporter", "process-exporter"].every((job) => upOf(found, job) === count) &&
      // it hears of a pod's address when its kubelet has told it
      notUp(found).join() === down.join(),
  );
  expect(notUp(all)).toEqual(down);
});

test("processes of every host are counted by the groups that they are in, others by their names, and what is not known is not kept", async () => {
  const all = Object.values(hosts).flat();
  const counted = async () => {
    const samples = await computed("namedprocess_namegroup_num_procs > 0");
    return all.map((host) =>
      samples.flatMap(({ metric }) => (metric.instance === host ? [metric.groupname ?? ""] : [])).sort(),
    );
  };
  // the hosts of the local stack have one table of processes: each sees those of all
  const wanted = ["ssh", "turn", "postgres", "monitoring"];
  const found = await soon(60, counted, (groups) => groups.every((own) => wanted.every((one) => own.includes(one))));
  for (const own of found) expect(own.some((name) => !Object.hasOwn(processGroups, name))).toBe(true);
  expect(await computed('{__name__=~"namedprocess_namegroup_(open_filedesc|read_bytes_total)"}')).toEqual([]);
});

test("what dashboards and rules ask for is told, wherever the program that tells it runs here", async () => {
  const { told, unused } = mustBe(askedFor(await small.facts()));
  expect(told.length).toBeGreaterThan(25);
  expect(unused).toEqual([]);
  const missing = async () => {
    const names = await prometheus<readonly string[]>("label/__name__/values");
    return told.filter((name) => !names.includes(name));
  };
  await soon(60, missing, (names) => names.length === 0);
});

test("the API server takes every object that applications can have, to the letter, and none with a field that it does not know", async () => {
  const all = await everyManifest();
  expect(all.length).toBeGreaterThan(100);
  const said = await askStrictly(small, all);
  expect(said.filter((line) => line.endsWith(" created (server dry run)"))).toHaveLength(all.length);
  const [policy] = all.filter(({ kind }) => kind === "NetworkPolicy");
  const wrong = { ...policy, spec: { ...policy?.spec, policyType: ["Egress"] } };
  await expect(askStrictly(small, [wrong])).rejects.toThrow(/unknown field "spec\.policyType"/);
});

test("pods reach each other along the arrows of the architecture, and nowhere else", async () => {
  expect(await reachedBy(await pods(), await small.servers())).toEqual(edges);
});

test("a second preview has nothing to do", async () => {
  const preview = await small.pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
  printed.push(preview.text);
});

test("no secret of it is in clear: in the state, in what was printed, in the journal, on the console of a host", async () => {
  const secrets = await secretsOf(small);
  // the stack has some 30, and the orchestrator's Secrets have more
  expect(new Set(secrets.map(({ name }) => name)).size).toBeGreaterThan(40);
  const places = { ...(await placesOf(small)), printed: printed.join("\n") };
  for (const [place, text] of Object.entries(places)) expect(text.length, place).toBeGreaterThan(100);
  // named, and not shown
  const found = Object.entries(places).flatMap(([place, text]) =>
    shownIn(text, secrets).map((name) => `${place}: ${name}`),
  );
  expect(found).toEqual([]);
});

test("destroy leaves nothing of it", async () => {
  const destroy = await small.estate("destroy", "--yes");
  expect(destroy.exitCode, destroy.text).toBe(0);
  standing = false;
  expect(await left()).toEqual(leftBefore);
});
