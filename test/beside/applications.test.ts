/**
 * An estate with every application of the project, beside the first one on the same cloud: it comes up in one update, what can run here
 * runs and does its work, the rest says that it is played, nothing is left to do, and nothing of it stays.
 */
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { timeLimitedCredential } from "../../apps/coturn/credential.ts";
import { turnPorts } from "../../apps/coturn/names.ts";
import { turnSecrets } from "../../apps/coturn/secrets.ts";
import { names } from "../../local/network/names.ts";
import { applications } from "../../stacks/applications.ts";
import { environment } from "../../stacks/environment.ts";
import { here, run } from "../engine/estate.ts";
import { left } from "../engine/left.ts";
import { servedDownloads } from "./applications/bbb-project.ts";
import { describeApplications, type Given, hosts, newGiven, zone } from "./applications/document.ts";
import { edges } from "./applications/edges.ts";
import { type Pod as NetworkedPod, reachedBy } from "./applications/reach.ts";
import { SmallEstate } from "./small-estate.ts";
import { TurnClient } from "./turn/client.ts";

const small = new SmallEstate("apps");
const bbbProject = "bbb-project-of-the-test.tar.gz";
let leftBefore: readonly string[];
let given: Given;
/** Whether there is anything to take down. */
let standing = true;

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

/** Tries until it is so; fails with what was seen last. */
async function soon<Seen>(seconds: number, look: () => Promise<Seen>, good: (seen: Seen) => boolean): Promise<Seen> {
  let seen = await look();
  for (const end = Date.now() + seconds * 1000; !good(seen) && Date.now() < end; seen = await look()) await sleep(2000);
  if (!good(seen)) throw new Error(`not within ${seconds} s; last seen: ${JSON.stringify(seen, undefined, 1)}`);
  return seen;
}

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
  const up = await small.pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.text).toBe(0);
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
    ...["docker.io/bigbluebutton/greenlight", "docker.io/blindsidenetwks/scalelite", "docker.io/library/traefik"],
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

/** What Prometheus reads, as it says itself: asked on its own host, which alone reaches its pod. */
async function targets(): Promise<readonly Target[]> {
  const [pod] = (await pods()).filter(({ metadata }) => metadata.name === "monitoring-prometheus-0");
  const host = (await small.servers())[hosts.worker[0]] ?? "";
  const url = `http://${pod?.status.podIP}:9090/api/v1/targets?state=active`;
  const answer = await run("ip", "netns", "exec", names.host(host), "curl", "--silent", "--max-time", "5", url);
  return JSON.parse(answer).data.activeTargets;
}

test("Prometheus reads every target whose program runs here, and finds all others too", async () => {
  const upOf = (found: readonly Target[], job: string) =>
    found.filter(({ labels, health }) => labels.job === job && health === "up").length;
  const count = Object.values(hosts).flat().length;
  const single = ["feedback-private", "monitoring-alertmanager", "monitoring-prometheus", "postgres-exporter"];
  const redis = ["redis-exporter-greenlight", "redis-exporter-scalelite"];
  const all = await soon(
    120,
    targets,
    (found) => [...single, ...redis].every((job) => upOf(found, job) === 1) && upOf(found, "node-exporter") === count,
  );
  // Debian builds coturn without Prometheus, the others are played
  expect([...new Set(all.filter(({ health }) => health !== "up").map(({ labels }) => labels.job))].sort()).toEqual([
    ...["bbb-exporter", "ingress-metrics", "monitoring-kube-state", "registrator-http", "turn-exporter"],
  ]);
});

test("pods reach each other along the arrows of the architecture, and nowhere else", async () => {
  expect(await reachedBy(await pods(), await small.servers())).toEqual(edges);
});

test("a second preview has nothing to do", async () => {
  const preview = await small.pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.text).toBe(0);
});

test("destroy leaves nothing of it", async () => {
  const destroy = await small.estate("destroy", "--yes");
  expect(destroy.exitCode, destroy.text).toBe(0);
  standing = false;
  expect(await left()).toEqual(leftBefore);
});
