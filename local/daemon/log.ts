import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createStream, type RotatingFileStream } from "rotating-file-stream";

/** Where the output of a service or of one unit of a host (`<host>/<unit>`) is kept. */
export function logFile(data: string, name: string): string {
  return join(data, "logs", `${name}.log`);
}

/** An append-only log that is rotated at 8 MiB; two older ones are kept. */
export function openLog(data: string, name: string): RotatingFileStream {
  const file = logFile(data, name);
  return createStream(basename(file), { path: dirname(file), size: "8M", maxFiles: 2, mode: 0o600 });
}

/** The last lines of a log that are not empty; none if it does not exist. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
