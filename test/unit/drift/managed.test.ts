/** What the engine's events come to: each kind of change in its class, and never a value. */
import { describe, expect, test } from "vitest";
import { heldBy } from "../../../cli/drift/held.ts";
import { interruptedFindings } from "../../../cli/drift/interruption.ts";
import { cloudFindings, lookedAt, programFindings } from "../../../cli/drift/managed.ts";
import { type Activity, activityOf, updatingBy } from "../../../cli/drift/updating.ts";
import type { Checkpoint } from "../../../cli/interrupted.ts";
import { built, eventsOf, instance, logOf, type Told } from "../preview/engine.ts";
import { brief, refreshed, state, types, urnOf, value } from "./fixtures.ts";

test("a refresh of what is as it was finds nothing, and says how much it looked at", () => {
  const log = logOf([
    ...refreshed(types.server, "worker-01", "same"),
    ...refreshed(types.port, "worker-01-port", "same"),
  ]);
  expect(cloudFindings(log.steps)).toEqual([]);
  expect(lookedAt(log.steps)).toBe(2);
});

test.each([
  ["a server renamed", types.server, "update", ["name"], "cosmetic"],
  ["a server stopped", types.server, "update", ["powerState"], "outage"],
  ["a server's key pair", types.server, "update", ["keyPair"], "security"],
  ["a server of another estate", types.server, "update", ["metadata.estate"], "ownership"],
  ["a port deleted", types.port, "delete", [], "outage"],
  ["a port in another group", types.port, "update", ["name", "securityGroupIds[1]"], "security"],
  ["a port that may have other addresses", types.port, "update", ["allowedAddressPairs[0]"], "security"],
  ["a rule deleted", types.rule, "delete", [], "security"],
  ["a group described otherwise", types.group, "update", ["description"], "cosmetic"],
  ["a record set that leads elsewhere", types.record, "update", ["records[0]"], "outage"],
  ["a deployment scaled", types.deployment, "update", ["spec.replicas"], "outage"],
  [
    "a pod that may be root",
    types.deployment,
    "update",
    ["spec.template.spec.securityContext.runAsNonRoot"],
    "security",
  ],
  ["a config map edited", types.configMap, "update", ["data.greeting"], "outage"],
  ["a label", types.configMap, "update", ['metadata.labels["x"]'], "cosmetic"],
  ["a secret's content", "kubernetes:core/v1:Secret", "update", ["data.password"], "security"],
  ["a network policy deleted", "kubernetes:networking.k8s.io/v1:NetworkPolicy", "delete", [], "security"],
  ["something that no rule knows", "openstack:networking/router:Router", "update", ["routes"], "outage"],
])("%s has its class", (_, type, op, paths, expected) => {
  const [finding, ...others] = cloudFindings(logOf(refreshed(type, "it", op, paths)).steps);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ answer: "cloud", class: expected, change: op === "delete" ? "gone" : "changed" });
  expect(finding?.paths).toEqual(op === "delete" ? [] : [...paths].sort());
});

test("no value of any event is in a finding, and the same thing has the same id", () => {
  const events = refreshed(types.server, "worker-01", "update", ["userData"]);
  const findings = cloudFindings(logOf(events).steps);
  expect(JSON.stringify(events)).toContain(value);
  expect(JSON.stringify(findings)).not.toContain(value);
  expect(cloudFindings(logOf(events).steps)[0]?.id).toBe(findings[0]?.id);
  expect(findings[0]?.id).toMatch(/^[0-9a-f]{10}$/);
});

test("what the program asks for and the state has not is told apart, and is a person's", async () => {
  const estate = await built();
  const told = new Map<string, Told>([
    [instance("worker-01"), { op: "update", paths: { name: "update" } }],
    ["command:local:Command::worker-01-ready", { op: "create" }],
  ]);
  const findings = programFindings(logOf(eventsOf(estate.nodes, told)).steps);
  expect(brief(findings)).toEqual(["program cosmetic worker-01 changed", "program ownership worker-01-ready missing"]);
  expect(findings.every(({ owner }) => owner === "human")).toBe(true);
});

const pending = [{ type: "creating", resource: { urn: urnOf(types.port, "bbb-01-port"), type: types.port } }];
const half: Checkpoint = { deployment: { ...state.deployment, pending_operations: pending } };

describe("what an update was at", () => {
  test.each<[string, Activity]>([
    ["no lock where it would be seen", { seesAll: true }],
    ["the lock of an engine that is gone", { seesAll: false, stale: "locked by process 7, which is gone" }],
  ])("is told of a killed one, with what happened: %s", (_, activity) => {
    const [finding] = interruptedFindings(half, activity);
    expect(finding).toMatchObject({ answer: "interrupted", name: "bbb-01-port", owner: "engine" });
    expect(finding?.meaning).toContain("the last update was killed while it was making it");
    expect(finding?.meaning.endsWith(activity.stale ?? "half-made")).toBe(true);
    expect(interruptedFindings(state, activity)).toEqual([]);
  });

  test("is not called killed where an engine elsewhere would not be seen", () => {
    const [finding] = interruptedFindings(half, { seesAll: false });
    expect(finding).toMatchObject({ answer: "interrupted", name: "bbb-01-port", owner: "unknown" });
    expect(finding?.meaning).toBe(
      "an update that runs elsewhere is making it, or was killed while it was: 'estate state unlock' says which",
    );
  });

  test.each([
    ["file:///nowhere", true],
    ["s3://state?region=x", false],
    ["postgres://estate@db/estate", false],
    [undefined, false],
  ])("in %s: another machine's engine is seen: %s", async (backend, seesAll) => {
    const environment = { PULUMI_BACKEND_URL: backend };
    expect(await activityOf("nobodys", environment, "here")).toEqual({ seesAll });
  });

  test("a state that was written meanwhile is that of an update that runs", () => {
    const later = { deployment: { ...half.deployment, manifest: { time: "2026-11-22T11:00:00Z" } } };
    expect(updatingBy(half, structuredClone(half))).toBeUndefined();
    expect(updatingBy(half, later)).toMatchObject({ since: "2026-11-22T11:00:00Z" });
  });
});

test("what another stack holds is held; what is replaced and gone is not", () => {
  const other = { deployment: { resources: [{ urn: urnOf(types.port, "x"), type: types.port, id: "p9" }] } };
  expect(heldBy(state, [other]).ids.has("p9")).toBe(true);
  expect(heldBy(state, [other]).own.ports).toEqual(new Set(["p1"]));
  const gone = {
    deployment: { resources: [{ urn: urnOf(types.port, "x"), type: types.port, id: "p9", pendingReplacement: true }] },
  };
  expect(heldBy(gone).ids.has("p9")).toBe(false);
});
