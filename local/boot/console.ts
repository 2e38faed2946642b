import { appendFileSync, closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { explained } from "../daemon/cure.ts";
import { reasonOf } from "./reason.ts";

/** A console is a ring: when it holds more than `most` bytes, the oldest are dropped until `kept` are left. */
const most = 4 * 1024 * 1024;
const kept = 1024 * 1024;

/** The console of a host: everything its firmware, Ignition and units say, and the last reason why it has not joined. */
export class Console {
  readonly file: string;
  #reason: string | undefined;
  /** Why the last lines are missing. */
  #missing: string | undefined;
  #started = Date.now();

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.file = file;
  }

  /** Why the host is not what it should be, as it said itself since this boot, and why it can say no more. */
  get reason(): string | undefined {
    return [this.#reason, this.#missing].filter((one) => one !== undefined).join("; ") || undefined;
  }

  /** A boot begins: what was said before is over. */
  boot(line: string): void {
    this.#started = Date.now();
    this.#reason = undefined;
    this.say("boot", line);
  }

  /**
   * Lines of one program, each with the seconds since boot and its name. `estate-reason:` and `estate-ready:` lines are understood.
   * Never throws, for it is called where output arrives and nobody hears an error: what cannot be written is a reason.
   */
  say(who: string, text: string): void {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) return;
    for (const line of lines) {
      const told = reasonOf(line);
      if (told) this.#reason = told.reason;
    }
    const at = ((Date.now() - this.#started) / 1000).toFixed(3).padStart(9);
    try {
      appendFileSync(this.file, lines.map((line) => `[${at}] ${who}: ${line}\n`).join(""), { mode: 0o600 });
      trim(this.file);
      this.#missing = undefined;
    } catch (error) {
      // the last words of a host that is deleted already
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      this.#missing = `its console cannot be written: ${explained(error)}`;
    }
  }

  /** Says in one sentence why the host does not come up. */
  fail(who: string, sentence: string): void {
    if (this.#reason !== sentence) this.say(who, `estate-reason: ${sentence}`);
  }

  /** What was wrong before is over. */
  recover(): void {
    this.#reason = undefined;
  }

  /** A place for a program's output, which comes in pieces that need not end at a line. */
  writer(who: string): (chunk: Buffer | string) => void {
    let rest = "";
    return (chunk) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      this.say(who, lines.join("\n"));
    };
  }
}

function trim(file: string): void {
  const handle = openSync(file, "r+");
  try {
    const { size } = fstatSync(handle);
    if (size <= most) return;
    const end = Buffer.alloc(kept);
    readSync(handle, end, 0, kept, size - kept);
    ftruncateSync(handle, 0);
    writeSync(handle, end.subarray(end.indexOf("\n") + 1), 0);
  } finally {
    closeSync(handle);
  }
}
