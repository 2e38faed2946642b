import { expect, test } from "vitest";
import type { HostStatus } from "../../../cli/journal/status.ts";
import { plainProgress, terminalProgress } from "../../../cli/up/progress.ts";

const host = (more: Partial<HostStatus>): HostStatus => ({
  ...{ name: "bbb-01", role: "bbb", step: "evict", state: "waiting", health: "draining" },
  ...{ since: new Date().toISOString(), text: "2 pods to end", ...more },
});
const roll = (...hosts: readonly HostStatus[]) => ({ result: "running", text: "", hosts }) as const;
const idle = { running: [], begun: [], failed: [], errors: [] };
const ended = host({ step: "soak", state: "done", text: "ready" });

test("on a terminal, what is under way is drawn at the same place; how a host ended stays", () => {
  const written: string[] = [];
  const output = { columns: 30, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  const progress = terminalProgress(output);
  progress.show(roll(host({})), idle);
  progress.show(roll(ended, host({ name: "bbb-02", step: "join", text: "a node" })), idle);
  progress.show(roll(ended), idle);
  progress.close();
  expect(written).toEqual([
    "  bbb-01: evict (0 s), waits \n",
    "\u001b[1A\u001b[0J",
    "  bbb-01: soak done: ready\n",
    "  bbb-02: join (0 s), waits f\n",
    "\u001b[1A\u001b[0J",
  ]);
});

test("elsewhere, a line is said when a host comes to something else", () => {
  const said: string[] = [];
  const progress = plainProgress((line) => void said.push(line.replace(/^\S+ /, "")));
  for (const one of [host({}), host({}), ended, ended]) progress.show(roll(one), idle);
  expect(said).toEqual(["bbb-01: evict waiting: 2 pods to end", "bbb-01: soak done: ready"]);
});
