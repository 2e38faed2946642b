import assert from "node:assert/strict";
import { stringify } from "yaml";
import {
  feedbackDeployment,
  feedbackProgram,
  feedbackSecret,
  feedbackService,
  readProgram,
  rulesOf,
} from "../../../apps/feedback/manifests.ts";
import { names } from "../../../apps/postgres/names.ts";
import * as postgres from "../../../apps/postgres/server.ts";
import * as redisNames from "../../../apps/redis/names.ts";
import * as redis from "../../../apps/redis/server.ts";
import { usersAcl } from "../../../apps/redis/users.ts";
import { localVolume } from "../../../stacks/localVolume.ts";
import { versions } from "../../../stacks/versions.ts";
import { type Cluster, until } from "./cluster.ts";

const namespace = "estate";
const seed = "5eed".repeat(16);
const host = { name: "a1", taints: ["dedicated=bbb:NoSchedule"] };
const place = (name: string) => ({ host, volume: { path: `/var/lib/${name}`, sizeGiB: 1 } });

interface Manifest {
  readonly metadata: { readonly name: string };
}
const of = (apiVersion: string, kind: string, manifest: Manifest) => ({ apiVersion, kind, ...manifest });
const configMap = (name: string, data: object) => of("v1", "ConfigMap", { metadata: { name }, ...{ data } });
const secret = (name: string, stringData: object) => of("v1", "Secret", { metadata: { name }, ...{ stringData } });
const volumeOf = (name: string) => {
  const { volume, claim } = localVolume({ name, ...place(name) });
  return [of("v1", "PersistentVolume", volume), of("v1", "PersistentVolumeClaim", claim)];
};

/** The estate's own applications with the estate's own manifests, as far as this machine has their programs: each does its work. */
export async function applicationsRun(cluster: Cluster): Promise<void> {
  for (const name of [names.data, redisNames.data]) await cluster.agent.sh(`mkdir -p /var/lib/${name}/lost+found`);
  const ours = [...feedback(), ...database(), ...store(), of("v1", "Pod", unknown)];
  const objects = [of("v1", "Namespace", { metadata: { name: namespace } }), ...ours];
  await cluster.kubectl(["apply", "-n", namespace, "-f", "-"], {
    input: objects.map((o) => stringify(o)).join("---\n"),
  });
  const set = ["statefulset/postgres", "statefulset/scalelite-redis", "deployment/feedback"];
  for (const one of set)
    await cluster
      .kubectl(["rollout", "status", one, "-n", namespace, "--timeout=120s"])
      .catch(async () =>
        assert.fail(`${one}: ${await cluster.kubectl(["get", "pods", "-n", namespace, "-o", "yaml"])}`),
      );
  await dataIsKept(cluster);
  await feedbackAnswers(cluster);
  await saysWhatIsPlayed(cluster);
  await cluster.kubectl(["delete", "namespace", namespace, "--timeout=120s"]);
  await cluster.kubectl(["delete", "pv", "--all", "--timeout=60s"]);
}

function feedback(): object[] {
  const settings = { commentCharacters: 1000, keepMeetings: false, checksums: ["sha256" as const] };
  const rules = rulesOf({ replicas: 1, perMinute: 300, perMinuteOfOne: 10, ...settings }, ["feedback.estate.test"]);
  const program = feedbackProgram(readProgram(), rules);
  return [
    of("v1", "ConfigMap", program),
    of("v1", "Secret", feedbackSecret({ linkSecret: "link-secret-of-the-test", exportToken: "token-of-the-test" })),
    of("apps/v1", "Deployment", feedbackDeployment({ replicas: 1, program: program.metadata.name })),
    of("v1", "Service", feedbackService()),
  ];
}

function database(): object[] {
  const facts = { image: versions.postgres, data: place(names.data), memoryMiB: 256, maxConnections: 40 };
  return [
    ...volumeOf(names.data),
    configMap(names.config, postgres.configFiles(facts)),
    configMap(names.scripts, postgres.scripts),
    secret(names.superuser, { password: "of-the-test" }),
    of("apps/v1", "StatefulSet", postgres.statefulSet(facts)),
    of("v1", "Service", postgres.service()),
  ];
}

function store(): object[] {
  const instance = { application: "scalelite", generation: 0, revoked: -1 };
  const facts = { image: versions.redis, ...place(redisNames.data), memoryMiB: 64, monitored: false, instance };
  return [
    ...volumeOf(redisNames.data),
    configMap("scalelite-redis-config", redis.configFiles(facts)),
    configMap(redisNames.scriptsName, redis.scripts),
    secret(redis.usersSecret("scalelite"), { "users.acl": usersAcl(seed, instance) }),
    of("apps/v1", "StatefulSet", redis.statefulSet(facts)),
    of("v1", "Service", redis.service("scalelite")),
  ];
}

const unknown = {
  metadata: { name: "unknown" },
  spec: { containers: [{ name: "main", image: "example.test/none:1" }] },
};

/** What was written is there after the server was deleted, and its volume is the pod's group's. */
async function dataIsKept(cluster: Cluster): Promise<void> {
  const address = () =>
    cluster.kubectl(["get", "service", "postgres", "-n", namespace, "-o", "jsonpath={.spec.clusterIP}"]);
  const psql = async (statement: string) => {
    const login = `PGPASSWORD=of-the-test PGCONNECT_TIMEOUT=3 psql -X -h ${await address()} -U postgres -At -v ON_ERROR_STOP=1`;
    return cluster.agent.sh(`${login} -c "${statement}"`);
  };
  // its service leads to a server that is ready a moment later
  await until("the server answers at its service", 30, async () => (await psql("SELECT 1")) === "1");
  await psql("CREATE TABLE kept (text text); INSERT INTO kept VALUES ('unique');");
  const pod = await cluster.get(["pod", "postgres-0", "-n", namespace]);
  await cluster.kubectl(["delete", "pod", "postgres-0", "-n", namespace, "--timeout=30s"]);
  await until("another server has the row", 60, async () => (await psql("SELECT text FROM kept")) === "unique");
  assert.notEqual((await cluster.get(["pod", "postgres-0", "-n", namespace])).metadata.uid, pod.metadata.uid);
  assert.equal(await cluster.agent.sh(`stat -c '%g %a' /var/lib/${names.data}`), "999 2775");
  const redisPod = ["get", "pod", "scalelite-redis-0", "-n", namespace, "-o", "jsonpath={.status.podIP}"];
  const ping = `redis-cli -h ${await cluster.kubectl(redisPod)} --user probe --pass probe --no-auth-warning ping`;
  assert.equal(await cluster.agent.sh(ping), "PONG");
}

async function feedbackAnswers(cluster: Cluster): Promise<void> {
  const service = ["get", "service", "feedback", "-n", namespace, "-o", "jsonpath={.spec.clusterIP}"];
  const address = await cluster.kubectl(service);
  await until("feedback answers", 30, async () => {
    const status = `curl -s -o /dev/null -w '%{http_code}' --max-time 2 http://${address}:8081/health`;
    return (await cluster.agent.sh(status)) === "200";
  });
}

async function saysWhatIsPlayed(cluster: Cluster): Promise<void> {
  const condition = (pod: string) => {
    const path = "{.status.conditions[?(@.type=='estate.local/Runs')]['status', 'message']}";
    return cluster.kubectl(["get", "pod", pod, "-n", namespace, "-o", `jsonpath=${path}`]);
  };
  assert.equal(await condition("postgres-0"), "True");
  await until("the other pod says why it is played", 20, async () => {
    return (await condition("unknown")) === "False there is no program here for example.test/none";
  });
}
