import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventLog, hostsToChange } from "../../../cli/up/events.ts";
import { progressLines } from "../../../cli/up/progress.ts";
import { begins, command, fails, says, server } from "./fake-pulumi.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "estate-events-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ends = (type: string, name: string, op: string) => ({ resOutputsEvent: begins(type, name, op).resourcePreEvent });

test("the event log is read while it is written, whole lines at a time", async () => {
  const file = join(folder, "events");
  const events = new EventLog(file);
  await events.read();
  const text = [begins(server, "bbb-01", "create"), says("Größe überschritten", server, "bbb-01")]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) {
    appendFileSync(file, bytes.subarray(at, at + 7));
    await events.read();
  }
  expect(events.running).toEqual([{ op: "create", type: server, name: "bbb-01" }]);
  expect(events.errors).toEqual([{ name: "bbb-01", message: "Größe überschritten" }]);
});

function told(...list: readonly object[]): EventLog {
  const events = new EventLog("/nowhere");
  for (const event of list) events.add(event as never);
  return events;
}

test("an operation runs from its beginning to its end or its failure; what stays the same is none", () => {
  const events = told(
    begins(server, "same", "same"),
    begins(server, "bbb-01", "replace"),
    begins(server, "bbb-01", "create-replacement"),
    begins(server, "bbb-02", "create"),
    begins(command, "bbb-03-drain"),
    ends(server, "bbb-01", "create-replacement"),
    fails(command, "bbb-03-drain"),
  );
  expect(events.running).toEqual([{ op: "create", type: server, name: "bbb-02" }]);
  expect(events.failed.map(({ name }) => name)).toEqual(["bbb-03-drain"]);
});

test("hosts that would change are those whose server is made, replaced or deleted", () => {
  const events = told(
    ...[begins(server, "b", "replace"), begins(server, "a", "create"), begins(server, "c", "update")],
    ...[begins(server, "d", "delete"), begins(command, "e", "create"), begins(server, "b", "create-replacement")],
  );
  expect(hostsToChange(events)).toEqual(["a", "b", "d"]);
});

test("what is shown: hosts under way from the journal, and what else the engine is at, without their gates", () => {
  const events = told(
    begins(command, "bbb-01-drain"),
    ...["a", "b", "c", "d"].map((name) => begins("openstack:networking/port:Port", name, "create")),
  );
  const since = "2026-11-21T22:00:00Z";
  const host = {
    name: "bbb-01",
    role: "bbb",
    step: "evict",
    state: "waiting",
    health: "draining",
    since,
    text: "x",
  } as const;
  const done = { ...host, name: "bbb-00", step: "soak", state: "done" } as const;
  const status = { result: "running", text: "", hosts: [done, host] } as const;
  expect(progressLines(status, events, new Date("2026-11-21T22:00:40Z"))).toEqual([
    "bbb-01: evict (40 s), waits for x",
    "create Port a, create Port b, create Port c, and 1 more",
  ]);
});
