import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { project } from "../../local/place.ts";
import { type Say, Trouble } from "../../local/say.ts";
import { estateFile } from "../estate-folder.ts";
import { Entry } from "./entry.ts";

/** Bytes after which a new file is begun; one old file is kept. */
const fileLimit = 5_000_000;
/** Bytes of a line: so much is appended at once, however many write. */
const lineLimit = 4000;

/** Where the journal of a stack is: in `.estate`, or where ESTATE_JOURNAL says. */
export function journalFile(stack: string, environment: NodeJS.ProcessEnv = process.env): string {
  const { ESTATE_JOURNAL: named } = environment;
  return named ? resolve(project, named) : estateFile(stack, "journal.jsonl");
}

/** Appends to a journal. What cannot be written is lost: that is said once, and nothing fails for it. */
export function journalWriter(file: () => string, say: Say): (entry: Entry) => void {
  let told = false;
  return (entry) => {
    try {
      append(file(), entry);
    } catch (error) {
      if (!told) say(`the journal cannot be written: ${(error as Error).message}`);
      told = true;
    }
  };
}

function append(file: string, entry: Entry): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > fileLimit) renameSync(file, oldFile(file));
  appendFileSync(file, `${lineOf(entry)}\n`, { mode: 0o600 });
}

function lineOf(entry: Entry): string {
  const line = JSON.stringify(entry);
  if (Buffer.byteLength(line) <= lineLimit) return line;
  return lineOf({ ...entry, text: `${entry.text.slice(0, Math.floor(entry.text.length * 0.8))}...` });
}

function oldFile(file: string): string {
  return `${file}.1`;
}

/**
 * The entries of a stack, the oldest first. A line that is no entry, such as the last one of a killed program, is left out.
 *
 * @throws Trouble when there is a journal that cannot be read
 */
export async function readJournal(stack: string, file = journalFile(stack)): Promise<readonly Entry[]> {
  const texts = await Promise.all([read(oldFile(file)), read(file)]);
  return texts
    .flatMap((text) => text.split("\n"))
    .flatMap((line) => entryIn(line) ?? [])
    .filter((entry) => entry.stack === stack);
}

function entryIn(line: string): Entry | undefined {
  try {
    return Entry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new Trouble(`the journal cannot be read: ${error.message}`);
  });
}
