import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import type { Console } from "./console.ts";

/** Copies what the units of a host write to their logs (`logs/<host>/<unit>.log`) to its console, from now on, until closed. */
export function followLogs(folder: string, console: Console): { close(): void } {
  mkdirSync(folder, { recursive: true });
  const offsets = new Map<string, number>();
  const writers = new Map<string, (chunk: Buffer) => void>();
  for (const name of logs(folder)) offsets.set(name, statSync(join(folder, name)).size);
  const read = (name: string) => {
    const unit = name.replace(/\.log$/, "");
    const write = writers.get(name) ?? console.writer(unit);
    writers.set(name, write);
    offsets.set(name, copyFrom(join(folder, name), offsets.get(name) ?? 0, write));
  };
  const readAll = () => {
    for (const name of logs(folder)) read(name);
  };
  const watcher = watch(folder, readAll);
  return {
    close() {
      watcher.close();
      readAll();
    },
  };
}

function logs(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".log"));
}

function copyFrom(file: string, offset: number, write: (chunk: Buffer) => void): number {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    // a shorter file is a new one: the old was rotated away
    let at = size < offset ? 0 : offset;
    const chunk = Buffer.alloc(64 * 1024);
    for (let count = -1; count !== 0; at += count) {
      count = readSync(handle, chunk, 0, chunk.length, at);
      if (count > 0) write(Buffer.from(chunk.subarray(0, count)));
    }
    return at;
  } finally {
    closeSync(handle);
  }
}
