import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A backend of Pulumi's state, as cli/state/README.md describes it. */
export interface Backend {
  readonly url: string;
  /** What else pulumi needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** A server that listens on a port of the loopback by the time this returns. @throws Error with what it said */
export async function serve(
  program: string,
  args: readonly string[],
  port: number,
  options: { readonly uid?: number; readonly gid?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<() => Promise<void>> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (said = `${said}${data}`.slice(-4000)));
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  for (let left = 100; !(await Promise.race([listens(port), failed])); left -= 1) {
    if (left === 0 || child.exitCode !== null) throw new Error(`${program} does not listen on ${port}: ${said}`);
    await sleep(100);
  }
  return async () => end(child);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGINT");
  await gone;
}

async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const answer = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
