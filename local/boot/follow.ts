import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, type Stats, statSync, watch } from "node:fs";
import { join } from "node:path";
import type { Console } from "./console.ts";

/**
 * Copies what the units of a host write to their logs (`logs/<host>/<unit>.log`) to its console, from now on, until closed.
 * `isUnit` tells units of this boot from whatever else is in the folder.
 */
export function followLogs(folder: string, console: Console, isUnit: (unit: string) => boolean): { close(): void } {
  mkdirSync(folder, { recursive: true });
  const before = new Map(logsIn(folder).map((name) => [name, statOf(join(folder, name))]));
  const tails = new Map<string, Tail>();
  const readAll = () => {
    for (const name of logsIn(folder)) {
      const unit = name.replace(/\.log$/, "");
      if (!isUnit(unit)) continue;
      const tail = tails.get(name) ?? new Tail(join(folder, name), before.get(name), console.writer(unit));
      tails.set(name, tail);
      tail.read();
    }
  };
  // a folder that is deleted is an error of the watcher, too
  const watcher = watch(folder, readAll).on("error", () => undefined);
  return {
    close() {
      watcher.close();
      readAll();
      for (const tail of tails.values()) tail.close();
    },
  };
}

/** A log as it grows, over its rotation: the file that was opened is read to its end before the next one of that name. */
class Tail {
  readonly #file: string;
  readonly #write: (chunk: Buffer) => void;
  /** The file at the begin, until it was opened: what it held then is left out. */
  #before: Stats | undefined;
  #handle: number | undefined;
  #at = 0;

  constructor(file: string, before: Stats | undefined, write: (chunk: Buffer) => void) {
    this.#file = file;
    this.#before = before;
    this.#write = write;
  }

  /** Reads what is new. What cannot be read now, because it is just being renamed, is read the next time. */
  read(): void {
    try {
      this.#open();
      this.#copy();
      if (this.#isRotated()) {
        this.close();
        this.#open();
        this.#copy();
      }
    } catch {
      // nobody hears an error here, and the console is no place for it
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #open(): void {
    if (this.#handle !== undefined) return;
    this.#handle = openSync(this.#file, "r");
    this.#at = fstatSync(this.#handle).ino === this.#before?.ino ? this.#before.size : 0;
    // a later file may get the number of one that is gone
    this.#before = undefined;
  }

  #isRotated(): boolean {
    const now = statOf(this.#file);
    return now !== undefined && this.#handle !== undefined && now.ino !== fstatSync(this.#handle).ino;
  }

  #copy(): void {
    if (this.#handle === undefined) return;
    const chunk = Buffer.alloc(64 * 1024);
    for (let count = -1; count !== 0; this.#at += count) {
      count = readSync(this.#handle, chunk, 0, chunk.length, this.#at);
      if (count > 0) this.#write(Buffer.from(chunk.subarray(0, count)));
    }
  }
}

function logsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".log"));
  } catch {
    return [];
  }
}

/** Nothing for a file that is not there: between two calls it may be renamed. */
function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}
