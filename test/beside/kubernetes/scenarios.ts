import assert from "node:assert/strict";
import { execa } from "execa";
import { type Cluster, until } from "./cluster.ts";
import { monitoringRuns } from "./pods-monitoring.ts";
import { podsReach } from "./pods-network.ts";
import { applicationsRun } from "./pods-programs.ts";
import { podsRun } from "./pods-run.ts";
import { turnRuns } from "./pods-turn.ts";
import { podsOf } from "./workloads.ts";

/** In this order; each builds on the cluster that those before it left. */
export const scenarios: Readonly<Record<string, (cluster: Cluster) => Promise<void>>> = {
  "three servers and an agent become nodes with what their files say": async (cluster) => {
    const [first, second, third] = cluster.servers;
    await cluster.configureServer(first, "found");
    await cluster.configureServer(second, "join");
    await cluster.configureServer(third, "join");
    await cluster.configureAgent(cluster.agent);
    await Promise.all(cluster.servers.map((server) => server.start("server")));
    await cluster.agent.start("agent");
    for (const host of [...cluster.servers, cluster.agent])
      await until(`${host.name} is ready`, 240, () => cluster.ready(host.name, first));
    const server = await cluster.get(["node", "s2"], first);
    assert.equal(server.metadata.labels?.["node-role.kubernetes.io/etcd"], "true");
    assert.match(server.metadata.annotations?.["etcd.k3s.cattle.io/node-name"] ?? "", /^s2-[0-9a-f]{8}$/);
    const agent = await cluster.get(["node", "a1"], first);
    assert.equal(agent.status.nodeInfo?.systemUUID, cluster.agent.uuid);
    assert.equal(agent.status.nodeInfo?.kubeletVersion, "v1.34.2+k3s1");
    assert.equal(agent.metadata.labels?.["estate.test/role"], "bbb");
    assert.deepEqual(
      agent.spec.taints?.map(({ key }) => key).filter((key) => key === "dedicated"),
      ["dedicated"],
    );
  },

  "the API's Service answers through kube-proxy in an agent's namespace": async (cluster) => {
    const endpoints = await cluster.kubectl([
      "get",
      "endpoints",
      "kubernetes",
      "-o",
      "jsonpath={.subsets[*].addresses[*].ip}",
    ]);
    assert.deepEqual(endpoints.split(" ").sort(), ["10.77.0.11", "10.77.0.12", "10.77.0.13"]);
    await until("10.43.0.1 answers", 60, async () => {
      const answer = await cluster.agent.sh("curl -sk --max-time 2 https://10.43.0.1/version");
      return JSON.parse(answer).code === 401;
    });
  },

  "only k3s's own front may speak for others": async (cluster) => {
    const forged = "curl -sk -H 'X-Remote-User: system:admin' -H 'X-Remote-Group: system:masters'";
    const answer = await cluster.agent.sh(`${forged} https://10.77.0.12:6443/api/v1/secrets`);
    assert.equal(JSON.parse(answer).code, 401);
    const status = "curl -sk -o /dev/null -w '%{http_code}'";
    const bootstrap = "https://10.77.0.12:6443/v1-k3s/server-bootstrap";
    assert.equal(await cluster.agent.sh(`${status} -u node:agent-secret ${bootstrap}`), "401");
    assert.equal(await cluster.agent.sh(`${status} -u server:server-secret ${bootstrap}`), "200");
  },

  "a wrong token, a hash of another authority, a closed port and an unknown key each say what is wrong": async (
    cluster,
  ) => {
    const { other } = cluster;
    const expect = async (settings: object, reason: RegExp) => {
      await cluster.configureAgent(other, settings);
      await other.start("agent");
      await other.reason(reason);
      await other.stop();
    };
    await expect({ token: cluster.token("node", "wrong") }, /refused the token \(401\): it is not the agent token/);
    await expect({ token: cluster.token("server", "server-secret") }, /refused the token \(401\)/);
    await expect({ token: `K10${"0".repeat(64)}::node:agent-secret` }, /CA hash .* is not that of the cluster/);
    await expect(
      { server: "https://api.elsewhere.estate.test:6443" },
      /api\.elsewhere\.estate\.test (does not resolve|cannot be looked up)/,
    );
    await expect({ "node-labels": ["a=b"] }, /node-labels.*unknown.*flag provided but not defined: -node-labels/);
    await expect({ "node-label": ["node-role.kubernetes.io/bbb=true"] }, /may not give itself this label/);
    await other.sh(
      "nft add table inet t; nft add chain inet t out '{ type filter hook output priority 0; }'; nft add rule inet t out tcp dport 6443 drop",
    );
    await expect(
      {},
      /cannot reach api\.internal\.estate\.test:6443 .*timed out; no security group rule may let it through/,
    );
    await other.sh("nft delete table inet t");
    await assert.rejects(cluster.get(["node", other.name]));
  },

  "pods live as KWOK plays them, with addresses of their node": podsOf,

  "networks of pods: across hosts by their own addresses, over the overlay's port alone, kept apart by policies":
    podsReach,

  "a pod whose image has a program here runs it: probed, started anew, found by name, ended": podsRun,

  "applications of the estate run by their own manifests: feedback by Node, PostgreSQL, Redis; what is played says why":
    applicationsRun,

  "a TURN server runs in its host's network by its own manifest, and is told of new peers while it runs": turnRuns,

  "Prometheus, Alertmanager and the exporters of hosts run by their own manifests: they are read, found by name, and followed":
    monitoringRuns,

  "a node's name stays with its host until the Node is deleted": async (cluster) => {
    const { other } = cluster;
    await cluster.configureAgent(other);
    await other.start("agent");
    await until("a2 is ready", 120, () => cluster.ready("a2"));
    await other.stop();
    await other.install();
    await cluster.configureAgent(other);
    await other.start("agent");
    await other.reason(/refused this node \(403\): the node name a2 belongs to another host/);
    await cluster.kubectl(["delete", "node", "a2", "--timeout=20s"]);
    await until("a2 is back", 120, () => cluster.ready("a2"));
    await other.stop();
  },

  "a killed server goes on as the member it was, and agents turn to the others meanwhile": async (cluster) => {
    const [first] = cluster.servers;
    const member = (await cluster.get(["node", "s1"])).metadata.annotations?.["etcd.k3s.cattle.io/node-name"];
    await first.stop("SIGKILL");
    const { stdout } = await execa(
      "pgrep",
      ["-c", "-f", "--", "--name=s1-.* --data-dir=/var/lib/rancher/k3s/server/db/etcd"],
      { reject: false },
    );
    assert.equal(stdout, "0", "the kernel ends the components with k3s");
    await until("the API writes with two of three", 30, async () => {
      await cluster.kubectl(["create", "secret", "generic", "kept", "-n", "default", "--from-literal=a=unique-value"]);
      return true;
    });
    const lease = ["get", "lease", "a1", "-n", "kube-node-lease", "-o", "jsonpath={.spec.renewTime}"];
    await until("the agent renews its lease through another server", 45, async () => {
      const before = await cluster.kubectl(lease);
      await new Promise((resolve) => setTimeout(resolve, 11_000));
      return before !== (await cluster.kubectl(lease));
    });
    await first.start("server");
    await until("s1 serves again", 180, () => cluster.ready("s1", first));
    assert.equal(
      (await cluster.get(["node", "s1"], first)).metadata.annotations?.["etcd.k3s.cattle.io/node-name"],
      member,
    );
  },

  "a killed kube-apiserver comes back in place; a killed etcd ends k3s with a reason": async (cluster) => {
    const [, second, third] = cluster.servers;
    await execa("pkill", ["-KILL", "-f", "--", "^kube-apiserver .*--advertise-address=10.77.0.12"]);
    await until("the API of s2 is back", 120, () => cluster.ready("s2", second));
    assert.ok(second.running);
    await execa("pkill", ["-KILL", "-f", "--", "^etcd --name=s3-"]);
    await third.reason(/etcd of this server ended/);
    await until("k3s of s3 has ended", 10, async () => !third.running);
    assert.equal(await third.stop(), 1);
    await third.start("server");
    await until("s3 serves again", 180, () => cluster.ready("s3", third));
  },

  "an empty server under the name of a member is refused": async (cluster) => {
    const [first] = cluster.servers;
    await first.stop();
    await first.install();
    await cluster.configureServer(first, "join");
    await first.start("server");
    await first.reason(/an etcd member of the name s1 is still in the cluster.*delete the Node s1/);
    await first.stop();
  },

  "the first server is replaced: its Node is deleted, its member goes, an empty one of its name joins the same cluster":
    async (cluster) => {
      const [first, second] = cluster.servers;
      const uid = (await cluster.get(["namespace", "kube-system"])).metadata.uid;
      const before = (await cluster.get(["node", "s1"])).metadata.annotations?.["etcd.k3s.cattle.io/node-name"];
      await cluster.kubectl(["delete", "node", "s1", "--timeout=90s"]);
      await first.start("server");
      await until("s1 is ready", 180, () => cluster.ready("s1", first));
      const after = await cluster.get(["node", "s1"], first);
      assert.notEqual(after.metadata.annotations?.["etcd.k3s.cattle.io/node-name"], before);
      assert.equal((await cluster.get(["namespace", "kube-system"], first)).metadata.uid, uid);
      const secret = await cluster.kubectl(["get", "secret", "kept", "-n", "default", "-o", "jsonpath={.data.a}"], {
        on: first,
      });
      assert.equal(Buffer.from(secret, "base64").toString(), "unique-value");
      const members = await second.sh("curl -sk -u server:server-secret https://127.0.0.1:6443/db/info");
      assert.equal(JSON.parse(members).members.length, 3);
    },

  "a server whose Node is deleted leaves the cluster and stays away": async (cluster) => {
    const [, , third] = cluster.servers;
    await cluster.kubectl(["delete", "node", "s3", "--timeout=90s"]);
    await third.reason(/removed from the cluster \(its Node was deleted\)/);
    assert.ok(third.running, "it does not end, or the service manager would let it join again");
    await until("s3 closes its port", 10, async () => {
      await assert.rejects(third.sh("curl -sk --max-time 2 https://127.0.0.1:6443/ping"));
      return true;
    });
    assert.ok(await cluster.ready("s2"));
  },

  "asked to end, all of it ends within five seconds": async (cluster) => {
    const begun = Date.now();
    const codes = await Promise.all([...cluster.servers, cluster.agent].map((host) => host.stop()));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    assert.ok(Date.now() - begun < 6000, `${Date.now() - begun} ms`);
    const { stdout } = await execa("pgrep", ["-c", "-f", "kube-apiserver|kube-scheduler|db/etcd"], { reject: false });
    assert.equal(stdout, "0");
  },
};
