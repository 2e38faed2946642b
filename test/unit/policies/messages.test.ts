/** Every message of every rule says what is wrong with what, and what to do. */
import { expect, it } from "vitest";
import { policies } from "../../../policies/rules.ts";
import { tellWorkloads } from "../../../stacks/schema/workload.ts";
import { type Given, judge, types, workload } from "./judge.ts";

const world = { direction: "ingress", protocol: "tcp", remoteIpPrefix: "0.0.0.0/0" };
const server = (name: string, more: Partial<Given> = {}): Given => ({
  ...{ type: types.server, name, ...more, props: { metadata: { role: "bbb" }, ...more.props } },
});
const gate = (host: string): Given => ({ type: types.gate, name: `${host}-ready`, triggers: [host] });

/** What breaks a rule, in each of its ways; and how many messages that gives. */
const broken: Readonly<Record<string, readonly [readonly Given[], number]>> = {
  "no-ssh-from-world": [[{ type: types.rule, props: { ...world, portRangeMin: 22, portRangeMax: 22 } }], 1],
  "world-only-by-catalogue": [
    [
      { type: types.rule, props: { ...world, portRangeMin: 5432, portRangeMax: 5432 } },
      { type: types.rule, props: { direction: "ingress" } },
    ],
    2,
  ],
  "world-only-where-it-listens": [
    [
      { type: types.group, name: "groups-turn", props: { description: tellWorkloads("turn", ["turn"]) } },
      { type: types.rule, name: "http", group: "groups-turn", props: { ...world, portRangeMin: 80, portRangeMax: 80 } },
      { type: types.rule, name: "https", props: { ...world, portRangeMin: 443, portRangeMax: 443 } },
    ],
    2,
  ],
  "listeners-name-callers": [
    [
      { type: types.listener, name: "a", props: { protocol: "TCP", protocolPort: 6443 } },
      { type: types.listener, name: "b", props: { protocol: "TCP", protocolPort: 6443, allowedCidrs: ["0.0.0.0/0"] } },
    ],
    2,
  ],
  "ports-are-guarded": [
    [
      { type: types.port, name: "a", props: { noSecurityGroups: true, portSecurityEnabled: false } },
      { type: types.network, name: "b", props: { portSecurityEnabled: false } },
    ],
    3,
  ],
  "images-by-digest": [[workload({ image: "nginx:1.29" })], 1],
  "no-latest": [[workload({ image: "nginx:latest" })], 1],
  "hosts-by-image-id": [[server("a", { props: { imageName: "flatcar" } })], 1],
  "servers-have-gates": [[server("a")], 3],
  "servers-follow-image": [[server("a", { opts: { ignoreChanges: ["userData"] } })], 1],
  "gates-in-a-row": [
    [
      ...[server("a"), gate("a"), server("b", { dependsOn: ["a-ready"] }), server("c", { dependsOn: ["a-ready"] })],
      server("d", { dependsOn: ["b"] }),
    ],
    2,
  ],
  "odd-servers": [["a", "b"].map((name) => server(name, { props: { metadata: { role: "orchestrator" } } })), 1],
  "no-secrets-in-user-data": [[server("a", { props: { userData: "#cloud-config\npassword: correct-horse\n" } })], 1],
  "pods-have-limits": [[workload({ name: "web" })], 2],
  "pods-have-probes": [[workload({ name: "web" })], 2],
  "pods-not-root": [[workload({ name: "web", securityContext: { privileged: true } })], 3],
  "pods-have-network-policy": [[workload({ name: "web" })], 1],
  "data-protected": [[{ type: types.volume }], 1],
  "data-not-deleted-first": [[{ type: types.volume, opts: { deleteBeforeReplace: true } }], 1],
};

/** After the fault, and a colon or a semicolon, comes what to do. */
const cure = /[:;] (?:.*[:;,] )?(add|bring|give|have|make|name|open|say|take|write)\b/;

it("every rule of the pack is broken here", () => {
  expect(Object.keys(broken).sort()).toEqual(policies.map(({ name }) => name).sort());
});

it.each(policies.map((rule) => [rule.name, rule] as const))("%s: each message has its cure", async (name, rule) => {
  const [given = [], count] = broken[name] ?? [];
  const messages = await judge(rule, given);
  expect(messages).toHaveLength(count ?? 0);
  for (const message of messages) expect(message).toMatch(cure);
  // none is told twice
  expect(new Set(messages).size).toBe(messages.length);
});
