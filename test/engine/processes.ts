/** Processes of one stack: on the same cloud others run at the same time, of other tests. */
import { readdir, readFile } from "node:fs/promises";
import { here } from "./estate.ts";

interface Running {
  readonly id: number;
  readonly command: readonly string[];
  readonly environment: readonly string[];
}

async function running(): Promise<Running[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const words = async (id: string, file: string) => (await readFile(`/proc/${id}/${file}`, "utf8")).split("\0");
  const read = ids.map(async (id) => {
    const [command, environment] = await Promise.all([words(id, "cmdline"), words(id, "environ")]);
    return { id: Number(id), command, environment };
  });
  // one that has ended meanwhile cannot be read
  return (await Promise.allSettled(read)).flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** Kills the engine of the test's own stack, as a machine that fails does. */
export async function killEngine(): Promise<void> {
  const engines = (await running()).filter(
    ({ command: [program = "", ...args] }) => program.endsWith("pulumi") && args.includes(here.stack),
  );
  if (engines.length === 0) throw new Error(`no engine of ${here.stack} runs`);
  for (const { id } of engines) process.kill(id, "SIGKILL");
}

async function gates(): Promise<Running[]> {
  return (await running()).filter(
    ({ command, environment }) => command.includes("cli/gate.ts") && environment.includes(`STACK=${here.stack}`),
  );
}

/** Whether a gate of the test's own stack runs: it outlives its engine. */
export async function gateRuns(): Promise<boolean> {
  return (await gates()).length > 0;
}

/** Kills the gates of the test's own stack, with what they have not done yet. */
export async function killGates(): Promise<void> {
  for (const { id } of await gates()) process.kill(id, "SIGKILL");
}
