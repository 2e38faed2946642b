import { describe, expect, it } from "vitest";
import { check, ready } from "../../../cli/gate/ready.ts";
import { reasonsIn } from "../../../cli/gate/reason.ts";
import { gate, node, world } from "./fakes.ts";

const active = { id: "bbb-01-server", status: "ACTIVE" };

describe("the ready gate", () => {
  it("opens when the node is there, is this server's, is Ready and stays so", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.onTick = (now) => {
      if (now === 10_000) of.nodes.set("bbb-01", node("bbb-01", { ready: false }));
      if (now === 20_000) of.nodes.set("bbb-01", node("bbb-01"));
    };
    await ready(gate("bbb-01", of));
    expect(of.said).toEqual([
      "joining (0 s of 2 min): there is no node of its name yet",
      "joining (10 s of 2 min): its node is not Ready (PLEG is not healthy)",
      "joined and Ready after 20 s; watching it for 1 min",
      "ready",
    ]);
  });

  it.each([
    ["another server's node", node("bbb-01", { uuid: "old" }), "the node is still that of another server (old)"],
    [
      "another version",
      node("bbb-01", { version: "v1.33.0+k3s1" }),
      "its kubelet is v1.33.0+k3s1, pinned is v1.34.2+k3s1",
    ],
    ["a node that says no boot id", node("bbb-01", { boot: "" }), "its node does not say which boot it is of"],
  ])("stays shut for %s, and says so", async (_, found, reason) => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", found);
    await expect(ready(gate("bbb-01", of))).rejects.toThrow(`bbb-01 did not join within 2 min: ${reason}.`);
  });

  const old = "0d0c1b2a-1111-4222-8333-444455556666";
  const left = { ready: false, uuid: old.toUpperCase() };

  it("takes away the node of a server that is gone, whose password would keep this one out", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01", { uuid: old.toUpperCase() }));
    of.onTick = (now) => {
      if (now === 10_000) of.nodes.set("bbb-01", node("bbb-01", left));
      if (now === 30_000) of.nodes.set("bbb-01", node("bbb-01"));
    };
    await ready(gate("bbb-01", of));
    expect(of.events).toEqual(["delete node bbb-01"]);
    expect(of.said.slice(0, 3)).toEqual([
      `joining (0 s of 2 min): the node is still that of another server (${old.toUpperCase()})`,
      `the node of its name was that of ${old}, which is gone: taken away`,
      "joining (10 s of 2 min): there is no node of its name yet",
    ]);
  });

  it.each([
    ["is heard", { uuid: old }, []],
    ["is a member of etcd", { ...left, member: true }, []],
    ["is of a server that nova knows", left, [old]],
    ["does not say which server's it is", { ready: false, uuid: "" }, []],
  ])("leaves another server's node that %s", async (_, options, servers) => {
    const of = world();
    for (const id of [active.id, ...servers]) of.servers.set(id, { id, status: "ACTIVE" });
    of.nodes.set("bbb-01", node("bbb-01", options));
    await expect(ready(gate("bbb-01", of))).rejects.toThrow("the node is still that of another server");
    expect(of.events).toEqual([]);
  });

  it("says what the server's console gives as reason", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.console = "boot\nestate-reason: cannot reach api: connection timed out\nnoise\n";
    await expect(ready(gate("bbb-01", of))).rejects.toThrow(
      "did not join within 2 min: there is no node of its name yet; it says: cannot reach api: connection timed out.\nIts console says:\n  cannot reach api: connection timed out\nThe hosts after it were left alone.",
    );
  });

  it.each(["BBB-01-SERVER", "bbb01server"])("takes %s for the id of its server", async (uuid) => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01", { uuid }));
    await ready(gate("bbb-01", of));
  });

  it("waits while the API is away", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01"));
    of.unreachable = "connect ECONNREFUSED";
    of.onTick = (now) => {
      if (now === 30_000) of.unreachable = undefined;
    };
    await ready(gate("bbb-01", of));
    expect(of.said[0]).toContain("the orchestrator's API does not answer (connect ECONNREFUSED)");
  });

  it.each([
    ["ERROR", "nova says that its server is ERROR, No valid host was found"],
    ["SHUTOFF", "nova says that its server is SHUTOFF"],
  ])("does not wait for a server that is %s", async (status, text) => {
    const of = world();
    of.servers.set(active.id, {
      ...active,
      status,
      ...(status === "ERROR" ? { fault: { message: "No valid host was found" } } : {}),
    });
    await expect(ready(gate("bbb-01", of))).rejects.toThrow(text);
    expect(of.said).toEqual([]);
  });

  it("does not wait for a server that nova does not know", async () => {
    await expect(ready(gate("bbb-01", world()))).rejects.toThrow("nova does not know it");
  });

  it("shuts again when the node does not stay Ready, but not for one bad look", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01"));
    of.onTick = (now) => of.nodes.set("bbb-01", node("bbb-01", { ready: now !== 4000 }));
    await ready(gate("bbb-01", of));
    of.onTick = (now) => of.nodes.set("bbb-01", node("bbb-01", { ready: now < 10_000 }));
    await expect(ready(gate("bbb-01", of))).rejects.toThrow("bbb-01 joined, but did not stay: its node is not Ready");
  });

  it("cordons a host that does not stay, says so, and opens it when it is ready after all", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01"));
    of.onTick = (now) => now === 4000 && of.nodes.set("bbb-01", node("bbb-01", { ready: false }));
    await expect(ready(gate("bbb-01", of))).rejects.toThrow("\nIt is cordoned until it is ready.\n");
    expect(of.events).toEqual(["cordon bbb-01"]);
    expect(of.nodes.get("bbb-01")?.spec?.unschedulable).toBe(true);
    const closed = of.nodes.get("bbb-01") ?? expect.fail();
    of.nodes.set("bbb-01", { ...closed, status: node("bbb-01").status ?? {} });
    of.onTick = () => undefined;
    await ready(gate("bbb-01", of));
    expect(of.events).toEqual(["cordon bbb-01", "uncordon bbb-01"]);
    expect(of.nodes.get("bbb-01")?.spec?.unschedulable).toBeUndefined();
    expect(of.said.slice(-2)).toEqual(["takes pods again", "ready"]);
  });

  it("leaves a host cordoned that an operator has cordoned", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01", { cordoned: true }));
    await ready(gate("bbb-01", of));
    expect(of.events).toEqual([]);
  });

  it("stays shut for a host that boots again while it is watched, though it is Ready each time", async () => {
    const of = world();
    of.servers.set(active.id, active);
    of.nodes.set("bbb-01", node("bbb-01"));
    of.onTick = (now) => now === 30_000 && of.nodes.set("bbb-01", node("bbb-01", { boot: "another" }));
    await expect(ready(gate("bbb-01", of))).rejects.toThrow("bbb-01 joined, but did not stay: it has booted again.");
  });

  it("of a host whose gate is only updated looks once", async () => {
    const of = world();
    await expect(check(gate("bbb-01", of))).rejects.toThrow("is not ready: there is no node of its name yet");
    of.nodes.set("bbb-01", node("bbb-01"));
    await check(gate("bbb-01", of));
  });
});

describe("reasons in a console", () => {
  it("have the host's own last word, if it has one", () => {
    expect(reasonsIn("estate-reason: a\nestate-reason: b\nerror: c").given).toBe("b");
    expect(reasonsIn("error: c").given).toBeUndefined();
  });

  it.each([
    [
      "what the host itself gives, the newest last, none twice",
      "estate-reason: a\nestate-reason: b\n[ 1.2] estate-reason: a\nerror: x",
      ["b", "a"],
    ],
    [
      "else errors",
      "all fine\nk3s: level=fatal msg=x\nmount failed: y\ngood bye",
      ["k3s: level=fatal msg=x", "mount failed: y"],
    ],
    ["else the end", "one\n\ntwo\r\nthree\nfour\n", ["two", "three", "four"]],
    ["nothing in an empty one", "\n\n", []],
  ])("%s", (_, text, expected) => expect(reasonsIn(text).lines).toEqual(expected));
});
