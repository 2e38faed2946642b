import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gateJournal } from "../../../cli/gate/journal.ts";
import type { Entry } from "../../../cli/journal/entry.ts";
import { journalFile, journalWriter, readJournal } from "../../../cli/journal/journal.ts";
import { project } from "../../../local/place.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "estate-journal-"));
  file = join(folder, "below", "journal.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (more: Partial<Entry> = {}): Entry => ({
  ...{
    time: "2026-11-21T22:00:00.000Z",
    stack: "mine",
    host: "bbb-01",
    step: "join",
    state: "waiting",
    text: "a node",
  },
  ...more,
});
const silent = () => expect.unreachable();

test("what is written is read again, in its order; the file is its owner's alone", async () => {
  const write = journalWriter(() => file, silent);
  write(entry());
  write(entry({ step: "soak", state: "begun", text: "" }));
  expect(await readJournal("mine", file)).toEqual([entry(), entry({ step: "soak", state: "begun", text: "" })]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a journal that is not there is empty; one that cannot be read is told", async () => {
  expect(await readJournal("mine", file)).toEqual([]);
  mkdirSync(file, { recursive: true });
  await expect(readJournal("mine", file)).rejects.toThrow("the journal cannot be read: EISDIR");
});

test("lines that are no entries are left out: the last one of a killed program, and those of another stack", async () => {
  const write = journalWriter(() => file, silent);
  write(entry());
  write(entry({ stack: "other" }));
  appendFileSync(file, '{"time":"2026-11-21T22:00:01.000Z","sta\n{"step":"dance"}\n[]\nnull\n');
  write(entry({ text: "after it" }));
  appendFileSync(file, '{"time":"2026-11-');
  expect((await readJournal("mine", file)).map(({ text }) => text)).toEqual(["a node", "after it"]);
});

test("a line is short enough to be appended at once, whatever is in it", async () => {
  journalWriter(() => file, silent)(entry({ text: "ä\u0001".repeat(3000) }));
  expect(readFileSync(file).length).toBeLessThan(4096);
  expect((await readJournal("mine", file))[0]?.text).toMatch(/^ä.*\.\.\.$/s);
});

test("beyond 5 MB a new file is begun; one old file is kept, and read too", async () => {
  const write = journalWriter(() => file, silent);
  write(entry({ text: "first" }));
  appendFileSync(file, `${" ".repeat(5_000_000)}\n`);
  write(entry({ text: "second" }));
  expect(statSync(file).size).toBeLessThan(1000);
  expect((await readJournal("mine", file)).map(({ text }) => text)).toEqual(["first", "second"]);
  appendFileSync(file, `${" ".repeat(5_000_000)}\n`);
  write(entry({ text: "third" }));
  expect((await readJournal("mine", file)).map(({ text }) => text)).toEqual(["second", "third"]);
});

test("what cannot be written is told once, and nothing fails", () => {
  writeFileSync(join(folder, "below"), "a file where a folder should be");
  const said: string[] = [];
  const write = journalWriter(
    () => file,
    (line) => void said.push(line),
  );
  for (let times = 0; times < 3; times += 1) write(entry());
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^the journal cannot be written: E/);
  chmodSync(folder, 0o700);
  expect(existsSync(file)).toBe(false);
});

test("it is in .estate, or where ESTATE_JOURNAL says", () => {
  expect(journalFile("mine", {})).toBe(join(project, ".estate", "mine.journal.jsonl"));
  expect(journalFile("mine", { ESTATE_JOURNAL: "/var/log/estate" })).toBe("/var/log/estate");
});

test("a gate writes the step at which it is, and only the first line of why it failed", () => {
  const entries: Entry[] = [];
  const journal = gateJournal((one) => void entries.push(one), { stack: "mine", host: "bbb-01", update: "u" }, "drain");
  journal.begin("drain");
  journal.know("bbb");
  journal.begin("evict");
  journal.waiting("2 pods to end");
  journal.end("failed", "bbb-01 was not drained.\nIt is cordoned.");
  const said = entries.map(({ role, step, state, text }) => [role, step, state, text]);
  expect(said).toEqual([
    [undefined, "drain", "begun", ""],
    ["bbb", "evict", "begun", ""],
    ["bbb", "evict", "waiting", "2 pods to end"],
    ["bbb", "evict", "failed", "bbb-01 was not drained."],
  ]);
  expect(entries.every(({ update, host }) => update === "u" && host === "bbb-01")).toBe(true);
});
