import { expect, test } from "vitest";
import { describePods, type PodFacts, podRow } from "../../../cli/local/pods-table.ts";

const pod = (
  conditions: PodFacts["status"]["conditions"],
  annotations: Readonly<Record<string, string>> = {},
): PodFacts => ({
  metadata: { name: "hello", namespace: "estate", annotations },
  spec: { nodeName: "worker-01" },
  status: conditions ? { conditions } : {},
});
const ready = { type: "Ready", status: "True" };

test("a pod runs where its host says so, and is played with the reason that its host gives", () => {
  const why = "there is no program here for example.test/none";
  expect(podRow(pod([ready, { type: "estate.local/Runs", status: "True" }]))).toEqual({
    ...{ name: "estate/hello", host: "worker-01", programs: "runs", reason: "" },
  });
  expect(podRow(pod([ready, { type: "estate.local/Runs", status: "False", message: why }]))).toMatchObject({
    ...{ programs: "played", reason: why },
  });
});

test("a pod that no host speaks of waits, also when it is told to be ready; k3s plays static pods", () => {
  expect(podRow(pod([ready])).programs).toBe("waits");
  expect(podRow({ ...pod(undefined), spec: {} })).toMatchObject({ host: "", programs: "waits" });
  expect(podRow(pod([ready], { "kubernetes.io/config.mirror": "a" })).programs).toBe("played");
});

test("an orchestrator that does not answer is no estate without pods", () => {
  expect(describePods({ rows: [] })).toEqual([]);
  expect(describePods({ rows: [], unknown: "no route" })).toEqual(["Of pods nothing is known: no route"]);
  expect(describePods({ rows: [podRow(pod([ready]))] }).join("\n")).toMatch(
    /POD .*\n.*estate\/hello +worker-01 +waits/,
  );
});
