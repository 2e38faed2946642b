import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Cluster, until } from "./cluster.ts";

/** A deployment gets ready with addresses of its node's range, a job completes, a pod that asks for it never gets ready. */
export async function podsOf(cluster: Cluster): Promise<void> {
  const objects = [
    deployment("web", {}),
    deployment("broken", { "estate.local/behaviour": "image-pull-backoff" }),
    job,
  ];
  await cluster.kubectl(["apply", "-f", "-"], { input: objects.map((object) => stringify(object)).join("---\n") });
  await cluster
    .kubectl(["wait", "--for=condition=Available", "deployment/web", "--timeout=90s"])
    .catch(async () => assert.fail(await cluster.kubectl(["get", "pods,events", "-A"])));
  await cluster.kubectl(["wait", "--for=condition=Complete", "job/once", "--timeout=90s"]);
  const names = await cluster.kubectl(["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].metadata.name}"]);
  const addresses = new Set<string>();
  for (const name of names.split(" ")) {
    const pod = await cluster.get(["pod", name]);
    const node = await cluster.get(["node", "a1"]);
    const range = (node.spec.podCIDR ?? "").replace(/\.0\/24$/, ".");
    assert.ok(pod.status.podIP?.startsWith(range), `${pod.status.podIP} is of ${node.spec.podCIDR}`);
    addresses.add(pod.status.podIP ?? "");
  }
  assert.equal(addresses.size, 2);
  await until("the broken pod waits for its image", 60, async () => {
    const path = "jsonpath={.items[0].status.containerStatuses[0].state.waiting.reason}";
    return (await cluster.kubectl(["get", "pods", "-l", "app=broken", "-o", path])) === "ImagePullBackOff";
  });
  const ingress = "jsonpath={.status.loadBalancer.ingress[*].ip}";
  await until("the load balancer has the nodes' addresses", 60, async () =>
    (await cluster.kubectl(["get", "service", "web", "-o", ingress])).includes(cluster.agent.address),
  );
  await cluster.kubectl([
    "delete",
    "deployment,job,service",
    "web",
    "broken",
    "once",
    "--ignore-not-found",
    "--timeout=90s",
  ]);
  await until("the pods are gone", 40, async () => (await cluster.kubectl(["get", "pods", "-o", "name"])) === "");
}

const pod = {
  nodeSelector: { "estate.test/role": "bbb" },
  tolerations: [{ key: "dedicated", operator: "Exists" }],
  terminationGracePeriodSeconds: 1,
  containers: [{ name: "main", image: "example.test/none:1" }],
};

function deployment(app: string, annotations: Readonly<Record<string, string>>) {
  const template = { metadata: { labels: { app }, annotations }, spec: pod };
  const ports = [{ port: 80 }];
  const items = [
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: app } },
      spec: { replicas: 2, selector: { matchLabels: { app } }, template },
    },
    {
      ...{ apiVersion: "v1", kind: "Service", metadata: { name: app } },
      spec: { type: "LoadBalancer", selector: { app }, ports },
    },
  ];
  return { apiVersion: "v1", kind: "List", items };
}

const job = {
  ...{ apiVersion: "batch/v1", kind: "Job", metadata: { name: "once" } },
  spec: { template: { spec: { ...pod, restartPolicy: "Never" } } },
};
