import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, until } from "./cluster.ts";
import { asks, everywhere, inPod, podsOf, type Running, settled } from "./podlab.ts";

/** Both agents with a running pod each, of the app `who`. */
export async function twoPods(cluster: Cluster): Promise<readonly [Running, Running]> {
  await cluster.configureAgent(cluster.other);
  if (!cluster.other.running) await cluster.other.start("agent");
  await until("a2 is ready", 120, () => cluster.ready("a2"));
  await cluster.kubectl(["apply", "-f", "-"], { input: everywhere("who") });
  await until("both pods are ready", 90, async () => Object.keys(await podsOf(cluster, "who")).length === 2);
  const { a1, a2 } = await podsOf(cluster, "who");
  assert.ok(a1 && a2);
  return [a1, a2];
}

/** Who reaches whom without any policy, and as whom. */
export async function reachOf(cluster: Cluster): Promise<void> {
  const [near, far] = await twoPods(cluster);
  const overlay = near.ip.replace(/\d+$/, "0");
  const service = await cluster.kubectl(["get", "service", "who", "-o", "jsonpath={.spec.clusterIP}"]);
  const from = (script: string) => () => inPod(near, script);
  assert.equal(await settled(near.ip, from(asks(`${far.ip}:8080`))), near.ip, "pod to pod across hosts");
  assert.equal(await settled(overlay, () => near.host.sh(asks(`${far.ip}:8080`))), overlay, "host to pod across hosts");
  const [server] = cluster.servers;
  assert.match(await server.sh(asks(`${far.ip}:8080`)), /^10\.42\.\d+\.0$/, "server to pod");
  const own = near.ip.replace(/\d+$/, "1");
  assert.equal(await near.host.sh(asks(`${near.ip}:8080`)), own, "host to its own pod");
  const names = new Set<string>();
  await until("the Service leads to both pods", 60, async () => {
    names.add(await inPod(near, `curl -s --max-time 2 http://${service}/ | sed -n 's/^Hostname: //p'`));
    return names.has(near.name) && names.has(far.name);
  });
  // the bridge that joins the hosts knows no way to pods: only what is masqueraded comes back from there
  assert.match(await inPod(near, "ping -c 1 -W 2 10.77.0.1"), / 1 received/);
}

/** Packets between pods cross the hosts' network on UDP 8472, so that a missing rule separates them. */
export async function overlayOf(cluster: Cluster): Promise<void> {
  const [near, far] = await twoPods(cluster);
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

/** A container that fails its probe leaves its Service and is started anew; a deleted pod leaves nothing. */
export async function lifeOf(cluster: Cluster): Promise<void> {
  const [near, far] = await twoPods(cluster);
  const namespace = join(far.host.root, "run/netns", `pod-${far.uid}`);
  await stat(namespace);
  const field = (path: string) => cluster.kubectl(["get", "pod", far.name, "-o", `jsonpath={${path}}`]);
  await inPod(near, `curl -s --max-time 2 -X POST -d 503 http://${far.ip}:8080/health`);
  await until("the pod is not ready", 20, async () => !(await podsOf(cluster, "who")).a2);
  await until("it is started anew", 40, async () => (await field(".status.containerStatuses[0].restartCount")) === "1");
  await until("it is ready again", 20, async () => (await podsOf(cluster, "who")).a2?.uid === far.uid);
  await cluster.kubectl(["delete", "pod", far.name, "--timeout=20s"]);
  await until("its network is gone", 20, () =>
    stat(namespace).then(
      () => false,
      () => true,
    ),
  );
  await until("another has come", 60, async () => Boolean((await podsOf(cluster, "who")).a2));
}

/** The apps of these scenarios and the second agent go; what comes after finds the cluster as it was. */
export async function leave(cluster: Cluster): Promise<void> {
  await cluster.kubectl(["delete", "daemonset,service", "who", "--timeout=60s"]);
  await until("the pods are gone", 40, async () => (await cluster.kubectl(["get", "pods", "-o", "name"])) === "");
  const { other, agent } = cluster;
  await other.stop();
  const range = (await cluster.get(["node", "a2"])).spec.podCIDR ?? "";
  assert.match(await agent.sh("ip route show dev flannel.1"), new RegExp(range.replaceAll(".", "\\.")));
  await cluster.kubectl(["delete", "node", "a2", "--timeout=20s"]);
  const routes = () => agent.sh("ip route show dev flannel.1");
  await until("the way to its pods is gone", 20, async () => !(await routes()).includes(range));
}
