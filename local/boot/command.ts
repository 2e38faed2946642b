import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a command of a host ended. */
export interface Ended {
  /** Nothing if a signal ended it. */
  readonly code: number | null;
  /** The last line it wrote that is not empty. */
  readonly lastLine: string;
  /** It took too long and was killed. */
  readonly timedOut: boolean;
}

interface RunOptions {
  readonly onOutput?: (chunk: Buffer) => void;
  /** Each whole line, however it comes in pieces, and which of its two outputs it is from. */
  readonly onLine?: (line: string, from: "stdout" | "stderr") => void;
  readonly environment?: Readonly<Record<string, string>>;
  /** @default no limit */
  readonly seconds?: number;
  /** Kills it, and everything it started. */
  readonly signal?: AbortSignal;
}

/** Runs a command in a process group of its own until it ends. Never rejects; a program that cannot be started ends with 127. */
export function run([program, ...args]: readonly [string, ...string[]], options: RunOptions = {}): Promise<Ended> {
  const { onOutput, onLine, environment, seconds = Number.POSITIVE_INFINITY, signal } = options;
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve({ code: null, lastLine: "stopped", timedOut: false });
    const child = spawn(program, args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...(environment && { env: { ...process.env, ...environment } }),
    });
    let lastLine = "";
    let timedOut = false;
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // it has ended by itself
      }
    };
    const limit = Number.isFinite(seconds)
      ? setTimeout(() => {
          timedOut = true;
          kill();
        }, seconds * 1000)
      : undefined;
    signal?.addEventListener("abort", kill, { once: true });
    for (const from of ["stdout", "stderr"] as const) {
      child[from].on("data", (chunk: Buffer) => {
        lastLine = chunk.toString().trim().split("\n").at(-1) || lastLine;
        onOutput?.(chunk);
      });
      if (onLine) createInterface({ input: child[from] }).on("line", (line) => onLine(line, from));
    }
    const end = (code: number | null) => {
      clearTimeout(limit);
      signal?.removeEventListener("abort", kill);
      resolve({ code, lastLine, timedOut });
    };
    child.once("error", (error) => {
      lastLine = error.message;
      end(127);
    });
    // not "close": what it left behind in the background may hold its output open
    child.once("exit", (code) => setImmediate(() => end(code)));
  });
}
