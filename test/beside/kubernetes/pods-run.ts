import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Cluster, until } from "./cluster.ts";
import { type Answering, inPod, podsOn, settled } from "./podlab.ts";

const probe = { httpGet: { path: "/health", port: "http" }, periodSeconds: 1 };
const pod = {
  nodeSelector: { "estate.test/role": "bbb" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  securityContext: { runAsNonRoot: true, runAsUser: 65_532 },
  automountServiceAccountToken: false,
  containers: [
    {
      ...{ name: "main", image: "docker.io/traefik/whoami:v1.11.0", args: ["--port", "8080"] },
      ports: [{ name: "http", containerPort: 8080 }],
      ...{ readinessProbe: { ...probe, failureThreshold: 1 }, livenessProbe: { ...probe, failureThreshold: 4 } },
    },
  ],
};
const labels = { app: "run" };
const objects = [
  {
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "run" } },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  },
  {
    ...{ apiVersion: "v1", kind: "Service", metadata: { name: "run" } },
    spec: { selector: labels, ports: [{ port: 80, targetPort: "http" }] },
  },
];

/** A pod whose image has a program here runs it: it answers, is found by name, probed, started anew, and ends when asked. */
export async function podsRun(cluster: Cluster): Promise<void> {
  await cluster.kubectl(["apply", "-f", "-"], { input: objects.map((object) => stringify(object)).join("---\n") });
  const pod = await ready(cluster);
  await answers(cluster, pod);
  await namesLead(cluster, pod);
  await failsItsProbe(cluster, pod);
  await outlivesAgent(cluster, pod);
  await ends(cluster, pod);
  await nameServerMoves(cluster);
}

/** The one pod, once it is ready. */
async function ready(cluster: Cluster): Promise<Answering> {
  let found: Answering | undefined;
  await until("the pod that runs is ready", 60, async () => {
    found = (await podsOn(cluster, "run")).a1;
    return found !== undefined;
  }).catch(async (error: Error) => {
    assert.fail(`${error.message}: ${await cluster.kubectl(["get", "pods", "-l", "app=run", "-o", "yaml"])}`);
  });
  assert.ok(found);
  return found;
}

async function answers(cluster: Cluster, pod: Answering): Promise<void> {
  const service = await cluster.kubectl(["get", "service", "run", "-o", "jsonpath={.spec.clusterIP}"]);
  const hostname = `curl -s --max-time 2 http://${service}/ | sed -n 's/^Hostname: //p'`;
  assert.equal(await settled(pod.name, () => pod.host.sh(hostname)), pod.name, "its host, through the Service");
  const [server] = cluster.servers;
  assert.equal(await settled(pod.name, () => server.sh(hostname)), pod.name, "a server, through the Service");
}

/** The cluster's name server is a pod of another host, behind a Service. */
async function namesLead(cluster: Cluster, pod: Answering): Promise<void> {
  await cluster.kubectl(["rollout", "status", "deployment/coredns", "-n", "kube-system", "--timeout=90s"]);
  const service = await cluster.kubectl(["get", "service", "run", "-o", "jsonpath={.spec.clusterIP}"]);
  for (const how of ["+notcp", "+tcp"]) {
    const ask = (name: string) => () => inPod(pod, `dig +short +time=2 +tries=1 ${how} @10.43.0.10 ${name}`);
    assert.equal(await settled(service, ask("run.default.svc.cluster.local")), service, how);
    assert.equal(await ask("kubernetes.default.svc.cluster.local")(), "10.43.0.1", how);
    assert.equal(await ask("run.kube-system.svc.cluster.local")(), "", how);
  }
  assert.match(await inPod(pod, "dig +time=2 @10.43.0.10 none.default.svc.cluster.local"), /status: NXDOMAIN/);
}

const restarts = (cluster: Cluster, { name }: Answering) =>
  cluster.kubectl(["get", "pod", name, "-o", "jsonpath={.status.containerStatuses[0].restartCount}"]);

async function failsItsProbe(cluster: Cluster, pod: Answering): Promise<void> {
  await pod.host.sh(`curl -s --max-time 2 -X POST -d 503 http://${pod.ip}:8080/health`);
  await until("the pod is not ready", 20, async () => !(await podsOn(cluster, "run")).a1);
  await until("it is started anew", 40, async () => (await restarts(cluster, pod)) === "1");
  assert.equal((await ready(cluster)).uid, pod.uid);
}

/** Containers end with the agent, and the next agent starts them again, at their address. */
async function outlivesAgent(cluster: Cluster, pod: Answering): Promise<void> {
  await pod.host.stop();
  await pod.host.start("agent");
  await until("it is started by the next agent", 60, async () => (await restarts(cluster, pod)) === "2");
  assert.deepEqual([(await ready(cluster)).uid, (await ready(cluster)).ip], [pod.uid, pod.ip]);
  await answers(cluster, pod);
}

/** At once, since its program ends when asked; nothing of it stays. */
async function ends(cluster: Cluster, { host, uid }: Answering): Promise<void> {
  const network = join(host.root, "run/netns", `pod-${uid}`);
  await stat(network);
  await cluster.kubectl(["delete", "deployment,service", "run", "--timeout=60s"]);
  await until("it is gone long before its grace period is", 10, async () => {
    return (await cluster.kubectl(["get", "pods", "-l", "app=run", "-o", "name"])) === "";
  });
  await until("so is its network", 20, () =>
    stat(network).then(
      () => false,
      () => true,
    ),
  );
}

/** A node is not held up by the name server. */
async function nameServerMoves(cluster: Cluster): Promise<void> {
  const of = ["get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns", "-o"];
  const node = await cluster.kubectl([...of, "jsonpath={.items[0].spec.nodeName}"]);
  await cluster.kubectl(["drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=15s"]);
  await until("it answers from another node", 60, async () => {
    const nodes = await cluster.kubectl([...of, "jsonpath={.items[*].spec.nodeName}"]);
    const answer = await cluster.agent.sh(
      "dig +short +time=1 +tries=1 @10.43.0.10 kubernetes.default.svc.cluster.local",
    );
    return nodes !== node && answer === "10.43.0.1";
  });
  await cluster.kubectl(["uncordon", node]);
}
