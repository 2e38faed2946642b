import { expect, test } from "vitest";
import type { HostStatus, RolloutStatus } from "../../../cli/journal/status.ts";
import { asText, describeHost } from "../../../cli/rollout/print.ts";
import { exitCodes } from "../../../cli/rollout/status.ts";

const host: HostStatus = {
  ...{ name: "bbb-01", role: "bbb", step: "evict", state: "waiting", health: "draining" },
  ...{ since: "2026-11-21T22:00:00.000Z", text: "2 pods to end" },
};
const now = new Date("2026-11-21T22:03:20Z");

test("a roll that runs is a sentence and a table; what each host waits for, and since when", () => {
  const status: RolloutStatus = { result: "running", text: "", startedAt: host.since, hosts: [host] };
  expect(asText("mine", status, undefined, now)).toBe(`Stack mine: a roll runs (begun 2026-11-21 22:00:00Z).

HOST    ROLE  STEP   STATE    HEALTH    SINCE                              WHAT
bbb-01  bbb   evict  waiting  draining  2026-11-21 22:00:00Z (3 min 20 s)  2 pods to end`);
  expect(describeHost(host, now)).toBe("bbb-01: evict (3 min 20 s), waits for 2 pods to end");
});

test("one that was held back says why, and that it is paused", () => {
  const status: RolloutStatus = {
    result: "held",
    text: "1 host is left",
    startedAt: host.since,
    endedAt: host.since,
    hosts: [],
  };
  expect(asText("mine", status, "new kernel", now)).toBe(
    [
      "Stack mine: the last roll was held back, and goes on with a later update (begun 2026-11-21 22:00:00Z, ended 2026-11-21 22:00:00Z).",
      "1 host is left",
      "Paused: new kernel. 'estate rollout resume' lets it go on.",
    ].join("\n\n"),
  );
});

test("the exit code tells them apart", () => {
  expect(exitCodes).toEqual({ none: 0, done: 0, running: 3, held: 75, failed: 1, unknown: 1 });
});
