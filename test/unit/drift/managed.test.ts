/** What the engine's events come to: each kind of change in its class, and never a value. */
import { expect, test } from "vitest";
import { heldBy } from "../../../cli/drift/held.ts";
import { interruptedFindings } from "../../../cli/drift/interruption.ts";
import { cloudFindings, lookedAt, programFindings } from "../../../cli/drift/managed.ts";
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

test("what a killed update was at is told, with what happened", () => {
  const pending = [{ type: "creating", resource: { urn: urnOf(types.port, "bbb-01-port"), type: types.port } }];
  const [finding] = interruptedFindings({ deployment: { ...state.deployment, pending_operations: pending } });
  expect(finding).toMatchObject({ answer: "interrupted", name: "bbb-01-port", owner: "engine" });
  expect(finding?.meaning).toContain("killed while it was making it");
  expect(interruptedFindings(state)).toEqual([]);
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
