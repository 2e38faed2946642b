import assert from "node:assert/strict";
import { stringify } from "yaml";
import { type Cluster, until } from "./cluster.ts";
import { asks, everywhere, inPod, podsOf, settled } from "./podlab.ts";
import { twoPods } from "./pods-network.ts";

/** Policies hold between pods of one host and of two, in both directions, and let go again. */
export async function policiesOf(cluster: Cluster): Promise<void> {
  const [near, far] = await twoPods(cluster);
  await cluster.kubectl(["apply", "-f", "-"], { input: everywhere("other", { colour: "blue" }) });
  await until("the others are ready", 90, async () => Object.keys(await podsOf(cluster, "other")).length === 2);
  const { a1, a2 } = await podsOf(cluster, "other");
  assert.ok(a1 && a2);
  const target = `${far.ip}:8080`;
  /** Who reaches the far pod: one of its own app and the others on both hosts, by the addresses that it sees. */
  const who = async () => (await Promise.all([near, a1, a2].map((pod) => inPod(pod, asks(target))))).join(" ");
  const all = `${near.ip} ${a1.ip} ${a2.ip}`;
  const others = ` ${a1.ip} ${a2.ip}`;
  assert.equal(await settled(all, who), all, "without a policy");

  await policy(cluster, "closed", { podSelector: { matchLabels: { app: "who" } }, policyTypes: ["Ingress"] });
  assert.equal(await settled("  ", who), "  ", "closed to all");
  // the kubelet's probes are not held back, nor is what the pods' own host asks
  assert.match(await far.host.sh(asks(target)), /^10\.42\./);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal((await podsOf(cluster, "who")).a2?.uid, far.uid, "it stays ready");

  const blue = { podSelector: { matchLabels: { colour: "blue" } } };
  const open = { from: [blue], ports: [{ port: "http" }] };
  const ingress = { podSelector: { matchLabels: { app: "who" } }, policyTypes: ["Ingress"], ingress: [open] };
  await policy(cluster, "open", ingress);
  assert.equal(await settled(others, who), others, "open to the others by the port's name");
  await policy(cluster, "open", { ...ingress, ingress: [{ ...open, ports: [{ port: 9000, endPort: 9999 }] }] });
  assert.equal(await settled("  ", who), "  ", "open to the others on other ports");
  const { ip } = a1;
  await policy(cluster, "open", {
    ...ingress,
    ingress: [{ from: [{ ipBlock: { cidr: "10.42.0.0/16", except: [`${ip}/32`] } }] }],
  });
  const without = `${near.ip}  ${a2.ip}`;
  assert.equal(await settled(without, who), without, "open to all pods but one");
  await policy(cluster, "open", {
    ...ingress,
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } } }] }],
  });
  assert.equal(await settled(all, who), all, "open to the namespace");

  await policy(cluster, "quiet", {
    podSelector: { matchLabels: { colour: "blue" } },
    policyTypes: ["Egress"],
    egress: [{ to: [{ podSelector: { matchLabels: { app: "who" } } }], ports: [{ port: 9000 }] }],
  });
  const onlyNear = `${near.ip}  `;
  assert.equal(await settled(onlyNear, who), onlyNear, "the others may not send there");
  assert.equal(await inPod(a1, "ping -c 1 -W 1 10.77.0.21 | grep -c ' 1 received' || :"), "0", "nor to their host");

  await cluster.kubectl(["delete", "networkpolicy", "closed", "open", "quiet"]);
  assert.equal(await settled(all, who), all, "without a policy again");
  await cluster.kubectl(["delete", "daemonset,service", "other", "--timeout=60s"]);
}

async function policy(cluster: Cluster, name: string, spec: object): Promise<void> {
  const object = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name }, spec };
  await cluster.kubectl(["apply", "-f", "-"], { input: stringify(object) });
}
