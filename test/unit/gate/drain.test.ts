import { describe, expect, it } from "vitest";
import type { Cluster } from "../../../cli/gate/cluster.ts";
import { drain } from "../../../cli/gate/drain.ts";
import { evictable } from "../../../cli/gate/evict.ts";
import type { Gate } from "../../../cli/gate/gate.ts";
import { judgeRemoval } from "../../../cli/gate/quorum.ts";
import { waitUntil } from "../../../cli/gate/wait.ts";
import { Trouble } from "../../../local/say.ts";
import { Rollout } from "../../../stacks/schema/role.ts";
import { gate, node, pod, type World, world } from "./fakes.ts";

function worldOf(...hosts: readonly string[]) {
  const of = world();
  for (const host of hosts) {
    of.servers.set(`${host}-server`, { id: `${host}-server`, status: "ACTIVE" });
    of.nodes.set(host, node(host, { member: host.startsWith("orchestrator") }));
  }
  return of;
}

const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];

describe("the drain gate of a worker", () => {
  it("cordons, evicts, takes the node away, stops the server", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("hello-1"), pod("hello-2"));
    await drain(gate("worker-01", of));
    expect(of.events).toEqual([
      "cordon worker-01",
      "evict hello-1",
      "evict hello-2",
      "delete node worker-01",
      "stop worker-01-server",
    ]);
  });

  it("takes away the node that the kubelet registered again before it was stopped", async () => {
    const of = worldOf("worker-01", ...servers);
    const { cloud } = gate("worker-01", of);
    const stop = async (id: string) => {
      of.nodes.set("worker-01", node("worker-01"));
      await cloud.stop(id);
    };
    await drain(gate("worker-01", of, { cloud: { ...cloud, stop } }));
    expect(of.events.filter((event) => event === "delete node worker-01")).toHaveLength(2);
    expect(of.nodes.has("worker-01")).toBe(false);
  });

  it("waits for a disruption budget", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("hello-1"));
    let allowed = false;
    of.budget = () => (allowed ? undefined : "needs 1 healthy pods");
    of.onTick = (now) => {
      allowed = now >= 60_000;
    };
    await drain(gate("worker-01", of));
    expect(of.said[0]).toBe("draining (0 s of 3 min): waiting for estate/hello-1: needs 1 healthy pods");
    expect(of.events).toContain("evict hello-1");
  });

  it("gives up at its deadline, names the budget, and has removed nothing", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("hello-1"));
    of.budget = () => "needs 1 healthy pods";
    await expect(drain(gate("worker-01", of))).rejects.toThrow(
      "worker-01 was not drained within 3 min: it waited for estate/hello-1: needs 1 healthy pods.",
    );
    expect(of.events).toEqual(["cordon worker-01", "uncordon worker-01"]);
    expect(of.said.at(-1)).toBe("not drained: it takes pods again");
  });

  it("leaves a host cordoned that an operator had cordoned", async () => {
    const of = worldOf("worker-01", ...servers);
    of.nodes.set("worker-01", node("worker-01", { cordoned: true }));
    of.pods.push(pod("hello-1"));
    of.budget = () => "needs 1 healthy pods";
    await expect(drain(gate("worker-01", of))).rejects.toThrow("was not drained within 3 min");
    expect(of.events).toEqual(["cordon worker-01"]);
    expect(of.nodes.get("worker-01")?.spec?.unschedulable).toBe(true);
  });

  const after = (afterDrainMinutes: "wait" | "force") => ({
    rolloutOf: () => Rollout.parse({ drainMinutes: 3, afterDrainMinutes }),
  });

  it("waits on after its deadline where the role says so, and says that it does", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("hello-1"));
    let allowed = false;
    of.budget = () => (allowed ? undefined : "needs 1 healthy pods");
    of.onTick = (now) => {
      allowed = now >= 3_600_000;
    };
    await drain(gate("worker-01", of, after("wait")));
    expect(of.said).toContain(
      "draining (59 min of 3 min, and as long as it takes): waiting for estate/hello-1: needs 1 healthy pods",
    );
    expect(of.events).toEqual(["cordon worker-01", "evict hello-1", "delete node worker-01", "stop worker-01-server"]);
  });

  it("ends what is left by force where the role says so, but not before its deadline", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(
      pod("hello-1"),
      pod("stubborn"),
      pod("daemon", { ownerReferences: [{ kind: "DaemonSet", controller: true }] }),
    );
    of.stubborn = "stubborn";
    of.budget = () => "needs 1 healthy pods";
    let early = 0;
    of.onTick = (now) => {
      if (now < 180_000) early = of.events.filter((event) => event.startsWith("end")).length;
    };
    await drain(gate("worker-01", of, after("force")));
    expect(early).toBe(0);
    expect(of.said.find((line) => line.startsWith("not drained in time"))).toContain(
      "estate/hello-1: needs 1 healthy pods",
    );
    expect([...new Set(of.events)]).toEqual([
      "cordon worker-01",
      ...["end hello-1", "end stubborn"],
      ...["delete node worker-01", "stop worker-01-server"],
    ]);
  });

  it("does not wait for pods of a host whose kubelet is gone, once they are told to end", async () => {
    const of = worldOf("worker-01", ...servers);
    of.nodes.set("worker-01", node("worker-01", { ready: false }));
    of.pods.push(pod("stubborn"));
    of.stubborn = "stubborn";
    await drain(gate("worker-01", of));
    expect(of.events).toEqual(["cordon worker-01", "evict stubborn", "delete node worker-01", "stop worker-01-server"]);
  });

  it("waits for a pod that takes its time on a host that is well", async () => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("stubborn"));
    of.stubborn = "stubborn";
    await expect(drain(gate("worker-01", of))).rejects.toThrow(
      "was not drained within 3 min: it waited for 1 pods to end",
    );
    expect(of.events).toEqual(["cordon worker-01", "evict stubborn", "uncordon worker-01"]);
  });

  it("never forces the majority of etcd", async () => {
    const of = worldOf(...servers);
    of.nodes.set("orchestrator-01", node("orchestrator-01", { member: true, ready: false }));
    await expect(drain(gate("orchestrator-02", of, after("force")))).rejects.toThrow("only 1 of the 2 other members");
    expect(of.events).toEqual([]);
  });

  it("leaves alone what is not its own", async () => {
    const of = worldOf(...servers);
    await drain(gate("worker-01", of));
    of.nodes.set("worker-01", node("worker-01", { uuid: "another" }));
    await drain(gate("worker-01", of));
    expect(of.events).toEqual([]);
    expect(of.said).toEqual([
      "is not a node: nothing to drain",
      "the node of its name belongs to another server: left alone",
    ]);
  });
});

/** An orchestrator whose API answers `method` with an error, `times` times. */
function faulty(of: World, host: string, method: keyof Cluster, times: number): Gate {
  const sound = gate(host, of);
  let left = times;
  const once = async (...given: readonly never[]) => {
    left -= 1;
    if (left >= 0) throw new Error("etcdserver: leader changed");
    return (sound.cluster[method] as (...given: readonly never[]) => Promise<unknown>)(...given);
  };
  return { ...sound, cluster: { ...sound.cluster, [method]: once } };
}

describe("the drain gate, when the API moves while it works,", () => {
  it.each([
    ["worker-01", "podsOn"],
    ["worker-01", "evict"],
    ["worker-01", "cordon"],
    ["worker-01", "node"],
    ["worker-01", "deleteNode"],
    ["orchestrator-02", "lease"],
    ["orchestrator-02", "nodes"],
    ["orchestrator-02", "cordon"],
    ["orchestrator-02", "podsOn"],
    ["orchestrator-02", "deleteNode"],
  ] as const)("of %s, %s is asked again", async (host, method) => {
    const of = worldOf("worker-01", ...servers);
    of.pods.push(pod("hello-1"));
    await drain(faulty(of, host, method, 2));
    expect(of.events).toEqual([`cordon ${host}`, "evict hello-1", `delete node ${host}`, `stop ${host}-server`]);
    expect(of.said.join("\n")).toContain("etcdserver: leader changed");
    expect(of.lease).toBeUndefined();
  });

  it.each([
    ["podsOn", "worker-01 was not drained within 3 min: it waited for an answer without error (the last: etcdserver"],
    ["cordon", "worker-01 could not be cordoned within 2 min: it waited for an answer without error (the last: etcd"],
  ] as const)("%s that fails for ever ends in a sentence", async (method, sentence) => {
    const of = worldOf("worker-01", ...servers);
    const broken = drain(faulty(of, "worker-01", method, 1000));
    await expect(broken).rejects.toMatchObject({ name: "Trouble", message: expect.stringContaining(sentence) });
  });

  it("a cloud that fails to stop the server is asked again", async () => {
    const of = worldOf("worker-01", ...servers);
    const { cloud } = gate("worker-01", of);
    let [failed, lost] = [false, false];
    const stop = async (id: string) => {
      if (failed) return cloud.stop(id);
      failed = true;
      throw new Error("503 from nova");
    };
    const server = async (id: string) => {
      if (lost) return cloud.server(id);
      lost = true;
      throw new Error("504 from nova");
    };
    await drain(gate("worker-01", of, { cloud: { ...cloud, stop, server } }));
    expect(of.said).toEqual([
      "not stopped yet: waiting for an answer without error (the last: 503 from nova)",
      "waiting for an answer without error (the last: 504 from nova)",
      "drained",
    ]);
  });

  it("a refusal is not waited out", async () => {
    const refused = waitUntil(async () => Promise.reject(new Trouble("no")), {
      ...gate("worker-01", world()),
      ...{ deadline: 1000, report: expect.unreachable },
    });
    await expect(refused).rejects.toThrow("no");
  });
});

describe("the drain gate, when the API does not answer,", () => {
  it("waits, then refuses to let an undrained host go", async () => {
    const of = worldOf("worker-01", ...servers);
    of.unreachable = "connect ETIMEDOUT";
    await expect(drain(gate("worker-01", of))).rejects.toThrow(
      "worker-01 cannot be drained: the orchestrator's API does not answer (connect ETIMEDOUT)",
    );
    expect(of.said.length).toBeGreaterThan(1);
  });

  it("goes on when it comes back", async () => {
    const of = worldOf("worker-01", ...servers);
    of.unreachable = "connect ETIMEDOUT";
    of.onTick = (now) => {
      if (now >= 60_000) of.unreachable = undefined;
    };
    await drain(gate("worker-01", of));
    expect(of.events).toContain("delete node worker-01");
  });

  it("lets it go when no orchestrator is left, or nothing runs on it any more, or everything is to go", async () => {
    const of = worldOf("worker-01");
    of.unreachable = "connect ETIMEDOUT";
    await drain(gate("worker-01", of));
    await drain(gate("worker-01", worldOf("worker-01", ...servers), { destroy: true }));
    const abandoned = worldOf("worker-01", ...servers);
    abandoned.unreachable = "connect ETIMEDOUT";
    await drain(gate("worker-01", abandoned, { abandoned: async () => true }));
    expect([...of.events, ...abandoned.events]).toEqual([]);
    expect(of.said).toEqual(["the orchestrator is gone: nothing to drain"]);
  });
});

describe("the drain gate of an orchestrator's server", () => {
  it("takes it out of etcd while it still votes, then stops it, and gives the lease back", async () => {
    const of = worldOf(...servers);
    await drain(gate("orchestrator-02", of));
    expect(of.events).toEqual(["cordon orchestrator-02", "delete node orchestrator-02", "stop orchestrator-02-server"]);
    expect(of.lease).toBeUndefined();
  });

  it("does nothing for the last member", async () => {
    const of = worldOf("orchestrator-03");
    await drain(gate("orchestrator-03", of));
    expect(of.events).toEqual([]);
    expect(of.said).toEqual(["is the last member of etcd: it goes with its server"]);
  });

  it("refuses when the others would lose their majority, and has removed nothing", async () => {
    const of = worldOf(...servers);
    of.nodes.set("orchestrator-01", node("orchestrator-01", { member: true, ready: false }));
    await expect(drain(gate("orchestrator-02", of))).rejects.toThrow(
      "only 1 of the 2 other members of etcd are Ready (not orchestrator-01)",
    );
    expect(of.events).toEqual([]);
    expect(of.lease).toBeUndefined();
  });

  it("judges again when its pods have moved: another server may be lost by then", async () => {
    const of = worldOf(...servers);
    of.pods.push(pod("hello-1"));
    of.budget = () => (of.nodes.get("orchestrator-01")?.spec ? undefined : "needs 1 healthy pods");
    of.onTick = (now) => {
      const lost = { ...node("orchestrator-01", { member: true, ready: now > 60_000 }), spec: {} };
      if (now > 10_000) of.nodes.set("orchestrator-01", lost);
    };
    await drain(gate("orchestrator-02", of));
    expect(of.said).toContain(
      "draining (0 s of 3 min): waiting for a majority of etcd without it: only 1 of the 2 other members of etcd are Ready (not orchestrator-01)",
    );
    expect(of.events).toContain("delete node orchestrator-02");
  });

  it("does not refuse when nothing runs on the orchestrator any more", async () => {
    const of = worldOf(...servers);
    of.nodes.set("orchestrator-01", node("orchestrator-01", { member: true, ready: false }));
    await drain(gate("orchestrator-02", of, { abandoned: async () => true }));
    expect(of.events).toEqual([]);
  });

  it("waits for the gate that holds the lease, and takes one whose holder is dead", async () => {
    const of = worldOf(...servers);
    const held = (age: number) => ({
      spec: { holderIdentity: "orchestrator-01/x", renewTime: new Date(Date.now() - age * 1000) as never },
    });
    of.lease = held(0);
    of.onTick = (now) => {
      if (now === 10_000) of.lease = undefined;
    };
    await drain(gate("orchestrator-02", of));
    expect(of.said[0]).toBe("draining (0 s of 3 min): waiting for orchestrator-01/x to leave etcd first");
    of.lease = held(300);
    await drain(gate("orchestrator-03", of));
    expect(of.events).toContain("delete node orchestrator-03");
  });

  it("takes one after another when all go at once, and the last one stays", async () => {
    const of = worldOf(...servers);
    for (const host of servers) await drain(gate(host, of));
    expect(of.events.filter((event) => event.startsWith("delete"))).toEqual([
      "delete node orchestrator-01",
      "delete node orchestrator-02",
    ]);
  });
});

describe("servers that nothing orders", () => {
  const at = (of: World, event: string) => of.events.indexOf(event);

  it("leave etcd one after the other, when five become three", async () => {
    const five = [...servers, "orchestrator-04", "orchestrator-05"];
    const of = worldOf(...five);
    await Promise.all(five.slice(3).map((host) => drain(gate(host, of))));
    const [first, second] = five.slice(3).sort((a, b) => at(of, `cordon ${a}`) - at(of, `cordon ${b}`));
    expect(at(of, `stop ${first}-server`)).toBeLessThan(at(of, `cordon ${second}`));
    expect([...of.nodes.keys()]).toEqual(servers);
    expect(of.lease).toBeUndefined();
  });

  it("go one after the other, and one stays a member, when all of them go", async () => {
    const of = worldOf(...servers);
    await Promise.all(servers.map((host) => drain(gate(host, of))));
    expect(of.events.filter((event) => event.startsWith("delete"))).toHaveLength(2);
    expect(of.nodes.size).toBe(1);
  });
});

describe("judging a removal from etcd", () => {
  const members = (ready: readonly boolean[]) =>
    ready.map((one, index) => node(`o${index}`, { member: true, ready: one }));
  it.each([
    [[true], "last"],
    [[true, true], "safe"],
    [[true, false], "unsafe"],
    [[true, true, true], "safe"],
    [[false, true, true], "safe"],
    [[true, true, false], "unsafe"],
    [[true, true, true, true, false], "safe"],
    [[true, true, true, false, false], "unsafe"],
  ])("o0 of %o: %s", (ready, kind) => expect(judgeRemoval("o0", members(ready)).kind).toBe(kind));

  it("does not count nodes that are no members", () => {
    expect(judgeRemoval("o0", [node("o0", { member: true }), node("worker-01")]).kind).toBe("last");
  });
});

describe("pods that are evicted", () => {
  it("are not those of a DaemonSet, static ones, or ended ones", () => {
    const owner = [{ kind: "DaemonSet", controller: true }];
    const pods = [
      pod("a"),
      pod("daemon", { ownerReferences: owner }),
      pod("static", { annotations: { "kubernetes.io/config.mirror": "x" } }),
      { ...pod("done"), status: { phase: "Succeeded" } },
    ];
    expect(evictable(pods).map(({ metadata }) => metadata?.name)).toEqual(["a"]);
  });
});
