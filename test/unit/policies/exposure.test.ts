/** What is open to everyone, and on whom: rules by their groups, load balancers, ports. */
import { describe, expect, it } from "vitest";
import {
  listenersNameCallers,
  portsAreGuarded,
  worldOnlyByCatalogue,
  worldOnlyWhereItListens,
} from "../../../policies/rules/exposure.ts";
import {
  namesRunning,
  tellWorkloads,
  type Workload,
  workloads,
  workloadsToldBy,
} from "../../../stacks/schema/workload.ts";
import { type Given, judge, types } from "./judge.ts";

const world = { direction: "ingress", ethertype: "IPv4", protocol: "tcp", remoteIpPrefix: "0.0.0.0/0" };

function group(role: string, runs: readonly Workload[], more: object = {}): Given {
  return { type: types.group, name: `groups-${role}`, props: { description: tellWorkloads(role, runs), ...more } };
}

/** A rule for a group, from everyone unless it says otherwise. */
function rule(on: string | undefined, ports: readonly [number, number], more: object = {}): Given {
  const props = { ...world, portRangeMin: ports[0], portRangeMax: ports[1], ...more };
  return { type: types.rule, name: "opened", props, ...(on ? { group: `groups-${on}` } : {}) };
}

const udp = { protocol: "udp" };
const https = [443, 443] as const;
const media = [16_384, 32_768] as const;
const turn = [3478, 3478] as const;

/** A group for each kind of host, beside those that take any pod. */
const whole = [
  { type: types.group, name: "groups-hosts", props: { description: "Every host of the estate" } },
  ...(["orchestrator", "bbb", "turn", "greenlight", "scalelite", "monitoring"] as const).map((one) =>
    group(one, [one]),
  ),
  group("worker", ["pods"]),
];

describe("world-only-where-it-listens", () => {
  const told = (one: Given, groups: readonly Given[] = whole) => judge(worldOnlyWhereItListens, [...groups, one]);

  it.each([
    ["the web of bbb", rule("bbb", https)],
    ["its media", rule("bbb", media, udp)],
    ["TURN", rule("turn", turn)],
    ["TURN by UDP", rule("turn", turn, udp)],
    ["the portal", rule("greenlight", https)],
    ["the ingress, on hosts that take any pod", rule("worker", [80, 80])],
    ["half of the world, where all of it may come", rule("bbb", https, { remoteIpPrefix: "128.0.0.0/1" })],
    ["administrators of monitoring", rule("monitoring", https, { remoteIpPrefix: "203.0.113.0/24" })],
    ["the way out", rule("monitoring", https, { direction: "egress" })],
  ])("takes %s", async (_, one) => expect(await told(one)).toEqual([]));

  it.each([
    [
      "grafana, which is for administrators",
      rule("monitoring", https),
      "on groups-monitoring, whose hosts run monitoring",
    ],
    ["the web on every host", rule("hosts", https), "on groups-hosts, whose hosts run nothing that is known"],
    ["TURN on a bbb host", rule("bbb", turn), "opens tcp 3478-3478 to the internet on groups-bbb"],
    ["media on a worker", rule("worker", media, udp), "opens udp 16384-32768 to the internet on groups-worker"],
    ["media on the orchestrator", rule("orchestrator", media, udp), "on groups-orchestrator"],
    ["what names no range at all", rule("monitoring", https, { remoteIpPrefix: undefined }), "on groups-monitoring"],
    ["a rule without a group", rule(undefined, https), "on a group that the stack has not"],
    ["a rule for a group that the stack has not", rule("gone", https), "on a group that the stack has not"],
  ])("refuses %s", async (_, one, where) => {
    const messages = await told(one);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(where);
    expect(messages[0]).toMatch(/: (open it there in the catalogue|give it a group of)/);
  });

  it("is silent on what the catalogue opens nowhere: the rule for that tells it", async () => {
    const postgres = rule("worker", [5432, 5432]);
    expect(await told(postgres)).toEqual([]);
    expect(await judge(worldOnlyByCatalogue, postgres)).toHaveLength(1);
  });

  it("knows that a portal without hosts of its own is on those that take any pod, and grafana beside it", async () => {
    const few = [group("worker", ["pods"]), group("monitoring", ["monitoring"])];
    expect(await told(rule("worker", https), few)).toEqual([]);
    expect(await told(rule("monitoring", https), few)).toHaveLength(1);
  });

  it("goes by what a role runs, and not by its name", async () => {
    const named = [group("media", ["bbb"]), group("bbb", ["monitoring"])];
    expect(await told(rule("media", https), named)).toEqual([]);
    expect(await told(rule("bbb", https), named)).toHaveLength(1);
  });

  it("takes a group whose description nobody wrote for one that runs nothing", async () => {
    const bare = [group("bbb", ["bbb"], { description: undefined })];
    expect(await told(rule("bbb", https), bare)).toHaveLength(1);
  });

  it("judges a rule in a preview, where what a rule does not say is unknown", async () => {
    const { props, ...others } = rule("monitoring", https);
    const previewed = { ...props };
    Object.defineProperty(previewed, "remoteGroupId", {
      get() {
        throw new Error("unknown until the update");
      },
    });
    expect(await told({ ...others, props: previewed })).toHaveLength(1);
  });

  it("leaves a range that is known later to the update, and judges the rule beside it", async () => {
    const later = { ...world, portRangeMin: 443, portRangeMax: 443 };
    Object.defineProperty(later, "remoteIpPrefix", {
      get() {
        throw new Error("unknown until the update");
      },
    });
    const unknown: Given = { type: types.rule, name: "later", group: "groups-monitoring", props: later };
    expect(await told(unknown)).toEqual([]);
    expect(await judge(worldOnlyWhereItListens, [...whole, unknown, rule("monitoring", https)])).toHaveLength(1);
  });

  it("is allowed by the rule's name", async () => {
    const all = [...whole, rule("monitoring", https)];
    expect(await judge(worldOnlyWhereItListens, all, { allow: ["opened"] })).toEqual([]);
  });
});

describe("listeners-name-callers", () => {
  const listener = (protocolPort: number, more: object = {}) =>
    judge(listenersNameCallers, {
      ...{ type: types.listener, name: "front", props: { protocol: "TCP", protocolPort, ...more } },
    });

  it.each([
    ["the web", 80, {}],
    ["the web with TLS", 443, {}],
    ["the API for ranges", 6443, { allowedCidrs: ["203.0.113.0/24", "10.20.0.0/24"] }],
  ])("takes %s (%i %o)", async (_, port, more) => expect(await listener(port, more)).toEqual([]));

  it.each([
    ["the API for anyone", 6443, {}, "lets anyone in on port 6443"],
    ["the API for no range, which is anyone", 6443, { allowedCidrs: [] }, "lets anyone in"],
    [
      "a range that is the world",
      6443,
      { allowedCidrs: ["10.20.0.0/24", "0.0.0.0/0"] },
      "lets the internet (0.0.0.0/0)",
    ],
    ["another port beside the web", 8443, {}, "lets anyone in on port 8443"],
    ["QUIC, which no ingress listens to", 443, { protocol: "UDP" }, "lets anyone in on port 443"],
  ])("refuses %s", async (_, port, more, fault) => {
    const messages = await listener(port, more);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(fault);
  });

  it("is allowed by the listener's name, and for listeners", async () => {
    const open = { type: types.listener, name: "front", props: { protocol: "TCP", protocolPort: 6443 } };
    expect(await judge(listenersNameCallers, open, { allow: ["front"] })).toEqual([]);
    expect(await judge(listenersNameCallers, { ...open, type: types.port })).toEqual([]);
  });
});

describe("ports-are-guarded", () => {
  it.each([
    ["a port with groups", types.port, { securityGroupIds: ["g"] }, 0],
    ["one that says so", types.port, { noSecurityGroups: false, portSecurityEnabled: true }, 0],
    ["one without groups", types.port, { noSecurityGroups: true }, 1],
    ["one whose groups count for nothing", types.port, { securityGroupIds: ["g"], portSecurityEnabled: false }, 1],
    ["one that says both", types.port, { noSecurityGroups: true, portSecurityEnabled: false }, 2],
    ["a network whose ports begin so", types.network, { portSecurityEnabled: false }, 1],
    ["another network", types.network, {}, 0],
    ["something else", types.server, { portSecurityEnabled: false }, 0],
  ])("%s: %s %o: %i", async (_, type, props, count) => {
    expect(await judge(portsAreGuarded, { type, props })).toHaveLength(count);
  });
});

describe("what the hosts of a role run", () => {
  it("is read from what was told, whatever they run", () => {
    for (const runs of [[], ["bbb"], ["monitoring", "pods"], workloads] as const)
      expect(workloadsToldBy(tellWorkloads("some-role", runs))).toEqual(runs);
    expect(workloadsToldBy("Hosts of the role a, which run pods and more")).toEqual([]);
  });

  it("says whose hosts run a workload: those of pods, where it has none and can", () => {
    const runs = { a: ["pods"], b: ["bbb"], c: ["monitoring"] } as const;
    expect(namesRunning(runs, "bbb")).toEqual(["b"]);
    expect(namesRunning(runs, "monitoring")).toEqual(["c"]);
    expect(namesRunning(runs, "scalelite")).toEqual(["a"]);
    expect(namesRunning(runs, "turn")).toEqual([]);
  });
});
