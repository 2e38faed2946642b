import { execa } from "execa";

/** Runs a program with a text on its standard input; throws an `Error` with what it wrote to standard error. */
export async function run(command: readonly [string, ...string[]], input: string): Promise<void> {
  const [program, ...args] = command;
  const { exitCode, stderr, shortMessage } = await execa(program, args, {
    input,
    reject: false,
    stdout: "ignore",
    timeout: 30_000,
  });
  if (exitCode === 0) return;
  throw new Error(`${command.join(" ")}: ${stderr.trim().split("\n").slice(0, 5).join("; ") || shortMessage}`);
}

/** Calls `work` for each item, `width` at a time. `work` must not throw. */
export async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
