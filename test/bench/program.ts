/**
 * How long the program alone takes to register an estate of 10, 100 and 1,000 hosts, and how much memory: each in a process of its own,
 * without an engine or a stack. Run by itself it prints JSON; `perHost` compares a host of the estate with one of a hundred, so that what
 * grows linearly is at most 1. What is made once, such as loading the program, is a larger part of ten hosts.
 *
 * Exit code 1 when a thousand hosts take more than 20 seconds, or a host of a thousand takes more than one of a hundred.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const measures = ["resources", "edges", "seconds", "cpuSeconds", "megabytes"] as const;

/** What `registered.ts` prints. */
export type Registered = Readonly<Record<"hosts" | (typeof measures)[number], number>>;

export interface ProgramMeasured extends Registered {
  readonly perHost: Readonly<Record<string, number>>;
}

const mostSeconds = 20;
/** For the noise of the machine. */
const mostPerHost = 1.1;

/** Measures the three sizes, and says what is more than it may be. */
export async function measureProgram(): Promise<{ rows: ProgramMeasured[]; faults: string[] }> {
  return judge([await measure(10), await measure(100), await measure(1000)]);
}

async function measure(hosts: number): Promise<Registered> {
  const { stdout } = await execa(process.execPath, [join(import.meta.dirname, "registered.ts"), String(hosts)], {
    stderr: "inherit",
  });
  return JSON.parse(stdout) as Registered;
}

/** @param measured of 10, 100 and 1,000 hosts */
export function judge([ten, hundred, thousand]: readonly [Registered, Registered, Registered]) {
  const rows = [ten, hundred, thousand].map((row) => ({ ...row, perHost: perHost(row, hundred) }));
  const grown = perHost(thousand, hundred);
  const faults = measures
    .filter((name) => (grown[name] ?? 0) > mostPerHost)
    .map((name) => `${name} grow more than linearly: a host of 1,000 has ${grown[name]} times those of one of 100`);
  if (thousand.seconds > mostSeconds) faults.push(`1,000 hosts take ${thousand.seconds} s, more than ${mostSeconds} s`);
  return { rows, faults };
}

function perHost(row: Registered, base: Registered): Readonly<Record<string, number>> {
  const ratio = (name: (typeof measures)[number]) => ((row[name] / row.hosts) * base.hosts) / base[name];
  return Object.fromEntries(measures.map((name) => [name, Math.round(ratio(name) * 100) / 100]));
}

if (import.meta.main) {
  const { rows, faults } = await measureProgram();
  process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), program: rows }, null, 2)}\n`);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
