import type { V1Node } from "@kubernetes/client-node";
import { expect, it } from "vitest";
import { cordonMark } from "../../../cli/gate/cluster.ts";
import { uncordonHost } from "../../../cli/gate/cordon.ts";
import { Entry, type Step } from "../../../cli/journal/entry.ts";
import { brokenDrains } from "../../../cli/up/reopen.ts";

const entry = (host: string, step: Step, state: string) =>
  Entry.parse({ time: "2026-11-22T12:00:00Z", stack: "prod", host, step, state });

it("finds hosts whose drain was broken off, and no others", () => {
  const entries = [
    entry("killed", "drain", "begun"),
    entry("killed", "evict", "waiting"),
    entry("failed", "evict", "failed"),
    entry("replaced", "evict", "begun"),
    entry("replaced", "stop", "done"),
    entry("replaced", "soak", "done"),
    entry("held", "hold", "waiting"),
    entry("gone", "stop", "done"),
    entry("joining", "join", "failed"),
    Entry.parse({ time: "2026-11-22T12:00:00Z", stack: "prod", step: "up", state: "failed" }),
  ];
  expect(brokenDrains(entries)).toEqual(["failed", "killed"]);
});

it("opens a node that a gate has cordoned, and leaves one that an operator has, that goes, or that is not there", async () => {
  const opened: string[] = [];
  const marked = { [cordonMark]: "true" };
  const nodes: Record<string, V1Node> = {
    ours: { metadata: { annotations: marked }, spec: { unschedulable: true } },
    theirs: { metadata: {}, spec: { unschedulable: true } },
    goes: { metadata: { annotations: marked, deletionTimestamp: new Date() }, spec: { unschedulable: true } },
  };
  const cluster = {
    node: async (name: string) => nodes[name],
    uncordon: async (name: string) => void opened.push(name),
  };
  const said = await Promise.all(["ours", "theirs", "goes", "none"].map((name) => uncordonHost(cluster, name)));
  expect(said).toEqual([true, false, false, false]);
  expect(opened).toEqual(["ours"]);
});
