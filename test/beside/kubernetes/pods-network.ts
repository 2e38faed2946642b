import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Cluster, until } from "./cluster.ts";
import { type Answering, asks, everywhere, inPod, settled, silence } from "./podlab.ts";

/** Two agents with a pod each: who reaches whom, and as whom; what policies keep apart; and that nothing of it stays. */
export async function podsReach(cluster: Cluster): Promise<void> {
  await cluster.configureAgent(cluster.other);
  await cluster.other.start("agent");
  await until("a2 is ready", 120, () => cluster.ready("a2"));
  try {
    const pods = await everywhere(cluster, "who");
    await withoutPolicies(cluster, pods);
    await overOverlay(pods);
    await policiesHold(cluster, pods);
    await leave(cluster, pods);
  } finally {
    silence();
  }
}

async function withoutPolicies(cluster: Cluster, [near, far]: readonly [Answering, Answering]): Promise<void> {
  const target = `${far.ip}:8080`;
  const overlay = near.ip.replace(/\d+$/, "0");
  const service = await cluster.kubectl(["get", "service", "who", "-o", "jsonpath={.spec.clusterIP}"]);
  assert.equal(await settled(near.ip, () => inPod(near, asks(target))), near.ip, "pod to pod across hosts");
  assert.equal(await settled(overlay, () => near.host.sh(asks(target))), overlay, "host to pod across hosts");
  const [server] = cluster.servers;
  assert.match(await server.sh(asks(target)), /^10\.42\.\d+\.0$/, "server to pod");
  const own = near.ip.replace(/\d+$/, "1");
  assert.equal(await near.host.sh(asks(`${near.ip}:8080`)), own, "host to its own pod");
  const names = new Set<string>();
  await until("the Service leads to both pods", 60, async () => {
    names.add(await inPod(near, `curl -s --max-time 2 http://${service}/ | cut -d ' ' -f 1`));
    return names.has(near.name) && names.has(far.name);
  });
  // the bridge that joins the hosts knows no way to pods: only what is masqueraded comes back from there
  assert.match(await inPod(near, "ping -c 1 -W 2 10.77.0.1"), / 1 received/);
}

/** Packets between pods cross the hosts' network on UDP 8472, so that a missing rule separates them. */
async function overOverlay([near, far]: readonly [Answering, Answering]): Promise<void> {
  const ask = () => inPod(near, asks(`${far.ip}:8080`));
  const rules = [
    "nft add table inet t",
    "nft add chain inet t in '{ type filter hook prerouting priority -150; }'",
    "nft add rule inet t in udp dport 8472 drop",
  ];
  await far.host.sh(rules.join("; "));
  assert.equal(await ask(), "", "without the port");
  await far.host.sh("nft delete table inet t");
  assert.equal(await settled(near.ip, ask), near.ip, "with the port again");
}

/** Policies hold between pods of one host and of two, in both directions, and let go again. */
async function policiesHold(cluster: Cluster, [near, far]: readonly [Answering, Answering]): Promise<void> {
  const [a1, a2] = await everywhere(cluster, "other", { colour: "blue" });
  const target = `${far.ip}:8080`;
  /** Who reaches the far pod: one of its own app and the others on both hosts, by the addresses that it sees. */
  const who = async () => (await Promise.all([near, a1, a2].map((pod) => inPod(pod, asks(target))))).join(" ");
  const be = async (expected: string, why: string) => assert.equal(await settled(expected, who), expected, why);
  const all = `${near.ip} ${a1.ip} ${a2.ip}`;
  await be(all, "without a policy");

  const ofWho = { podSelector: { matchLabels: { app: "who" } }, policyTypes: ["Ingress"] };
  await policy(cluster, "closed", ofWho);
  await be("  ", "closed to all");
  assert.match(await far.host.sh(asks(target)), /^10\.42\./, "not to its own host, which probes it");

  const blue = { podSelector: { matchLabels: { colour: "blue" } } };
  const open = (ingress: object) => policy(cluster, "open", { ...ofWho, ingress: [ingress] });
  await open({ from: [blue], ports: [{ port: "http" }] });
  await be(` ${a1.ip} ${a2.ip}`, "open to the others by the port's name");
  await open({ from: [blue], ports: [{ port: 9000, endPort: 9999 }] });
  await be("  ", "open to the others on other ports");
  await open({ from: [{ ipBlock: { cidr: "10.42.0.0/16", except: [`${a1.ip}/32`] } }] });
  await be(`${near.ip}  ${a2.ip}`, "open to all pods but one");
  await open({ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } } }] });
  await be(all, "open to the namespace");

  await policy(cluster, "quiet", {
    ...{ podSelector: { matchLabels: { colour: "blue" } }, policyTypes: ["Egress"] },
    egress: [{ to: [{ podSelector: { matchLabels: { app: "who" } } }], ports: [{ port: 9000 }] }],
  });
  await be(`${near.ip}  `, "the others may not send there");

  await cluster.kubectl(["delete", "networkpolicy", "closed", "open", "quiet"]);
  await be(all, "without a policy again");
}

async function policy(cluster: Cluster, name: string, spec: object): Promise<void> {
  const object = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name }, spec };
  await cluster.kubectl(["apply", "-f", "-"], { input: stringify(object) });
}

/** The pods go, and their networks; then the second agent, and the way to its pods. */
async function leave(cluster: Cluster, [near]: readonly [Answering, Answering]): Promise<void> {
  const { other, agent } = cluster;
  const network = join(near.host.root, "run/netns", `pod-${near.uid}`);
  await stat(network);
  silence();
  await cluster.kubectl(["delete", "daemonset,service", "who", "other", "--timeout=60s"]);
  await until("the pods are gone", 60, async () => (await cluster.kubectl(["get", "pods", "-o", "name"])) === "");
  await until("so are their networks", 30, () =>
    stat(network).then(
      () => false,
      () => true,
    ),
  );
  await other.stop();
  const range = (await cluster.get(["node", "a2"])).spec.podCIDR ?? "none";
  const routes = () => agent.sh("ip route show dev flannel.1");
  assert.ok((await routes()).includes(range.replace("/24", "")), await routes());
  await cluster.kubectl(["delete", "node", "a2", "--timeout=20s"]);
  await until("the way to its pods is gone", 30, async () => !(await routes()).includes(range.replace("/24", "")));
}
