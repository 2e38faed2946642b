import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import { explained } from "./cure.ts";

/** A log that has grown to this many bytes becomes `<name>.log.1`, and what had that name `<name>.log.2`; no older one is kept. */
const most = 8 * 1024 * 1024;

/** Milliseconds after which a log that could not be written is tried again. */
const pause = 5000;

/** Where the output of a service or of one unit of a host (`<host>/<unit>`) is kept. */
export function logFile(data: string, name: string): string {
  return join(data, "logs", `${name}.log`);
}

/** An append-only log that is rotated. While it cannot be written, what it is given is lost, and nothing else happens. */
export class Log {
  readonly #file: string;
  readonly #bytes: number;
  readonly #pause: number;
  #stream: RotatingFileStream | undefined;
  #again: NodeJS.Timeout | undefined;
  #trouble: string | undefined;
  #ended = false;

  constructor(file: string, options: { readonly bytes?: number; readonly pause?: number } = {}) {
    this.#file = file;
    this.#bytes = options.bytes ?? most;
    this.#pause = options.pause ?? pause;
  }

  /** Why its last lines are missing; nothing if none are. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  write(text: string | Buffer): void {
    if (this.#again || this.#ended) return;
    this.#stream ??= this.#open();
    this.#stream.write(text, (error) => {
      if (!error) this.#trouble = undefined;
    });
  }

  /** Resolves when all of it is in the file, as far as it can be. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#again);
    const stream = this.#stream;
    this.#stream = undefined;
    if (!stream || stream.destroyed) return;
    const closed = new Promise<void>((resolve) => stream.once("close", resolve));
    stream.end();
    await closed;
  }

  #open(): RotatingFileStream {
    const name = basename(this.#file);
    const names = (age: unknown) => (age ? `${name}.${age}` : name);
    const stream = createStream(names, { path: dirname(this.#file), size: `${this.#bytes}B`, rotate: 2, mode: 0o600 });
    stream.on("error", (error) => {
      if (this.#stream !== stream) return;
      this.#stream = undefined;
      this.#trouble = `its log cannot be written: ${explained(error)}`;
      this.#again = setTimeout(() => {
        this.#again = undefined;
        this.write(`-- ${new Date().toISOString()} lines before this one are missing: ${this.#trouble}\n`);
      }, this.#pause);
      this.#again.unref();
    });
    return stream;
  }
}

/** Adds to a log that is written in one piece now and then, and rotates it. Synchronous: others may do the same meanwhile. */
export function appendToLog(file: string, text: string, bytes: number = most): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= bytes) renameSync(file, `${file}.1`);
  appendFileSync(file, text, { mode: 0o600 });
}

/** The last lines of a log that are not empty; none if it does not exist. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
