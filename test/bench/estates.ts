import { setInterval } from "node:timers";
import { inside } from "../../cli/local/enter.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { runningDaemon } from "../../local/daemon/launch.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { grown } from "./document.ts";
import { Meter, type Part, parts } from "./processes.ts";
import { sampled } from "./sampler.ts";
import { type Bench, secondsSince } from "./stack.ts";

/** What is measured, in this order: from nothing, then twice with nothing to do. */
export const commands = {
  up: ["up", "--yes", "--skip-preview"],
  preview: ["preview", "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
} as const;
export type Command = keyof typeof commands;

export interface EstateMeasured {
  readonly hosts: number;
  readonly command: Command;
  readonly seconds: number;
  /** The most that each part had at one moment. */
  readonly megabytes: Readonly<Record<Part, number>>;
  /** Of the processor; that of the program and of gates is what our own code costs. */
  readonly cpuSeconds: Readonly<Record<Part, number>>;
}

/** Seconds between two lines of progress. */
const every = 10;

/**
 * Builds an estate of so many hosts on a fresh cloud, and measures each command.
 *
 * @throws Trouble when one fails, or when there is something to do where nothing is
 */
export async function measureEstate(
  bench: Bench,
  hosts: number,
  say: (line: string) => void,
): Promise<EstateMeasured[]> {
  say(`${hosts} hosts: a fresh cloud`);
  await bench.local("reset");
  await bench.local("up", "--yes", "--no-estate");
  const { stack } = bench.here;
  const file = await readStackFile(stack);
  const document = grown(file.config?.["estate:estate"] as object, hosts);
  await writeStackFile(stack, { ...file, config: { ...file.config, "estate:estate": document } });
  const measured: EstateMeasured[] = [];
  for (const command of Object.keys(commands) as Command[])
    measured.push(await measure(bench, hosts, command, (line) => say(`${hosts} hosts, ${command}: ${line}`)));
  return measured;
}

async function measure(
  bench: Bench,
  hosts: number,
  command: Command,
  say: (line: string) => void,
): Promise<EstateMeasured> {
  const daemon = await runningDaemon(bench.here);
  if (!daemon) throw new Trouble("the benchmark's cloud does not run any more");
  const meter = new Meter();
  const started = Date.now();
  let lines = 0;
  const progress = setInterval(() => say(progressLine(secondsSince(started), lines, meter)), every * 1000);
  try {
    const result = await sampled(`/proc/${daemon.pid}/root/proc`, meter, () =>
      inside(bench.here, ["pulumi", ...commands[command], "--stack", bench.here.stack, ...plain], {
        ...{ cwd: project, stdin: "ignore", all: true, cancelSignal: bench.stopped },
        stdout: function* (line: unknown) {
          lines += 1;
          yield line;
        },
      }),
    );
    if (bench.stopped.aborted) throw new Trouble("stopped");
    if (result.failed) throw new Trouble(`'pulumi ${command}' of ${hosts} hosts failed:\n${endOf(String(result.all))}`);
    const measured = summary(hosts, command, secondsSince(started), meter);
    say(`done in ${measured.seconds} s`);
    return measured;
  } finally {
    clearInterval(progress);
  }
}

const plain = ["--non-interactive", "--color=never", "--suppress-outputs"];

/** What a meter has seen, in whole MiB and tenths of a second. */
export function summary(hosts: number, command: Command, seconds: number, meter: Meter): EstateMeasured {
  const each = (of: (part: Part) => number) =>
    Object.fromEntries(parts.map((part) => [part, of(part)])) as Record<Part, number>;
  return {
    ...{ hosts, command, seconds },
    megabytes: each((part) => Math.round(meter.bytes(part) / 2 ** 20)),
    cpuSeconds: each((part) => Math.round(meter.cpuSeconds(part) * 10) / 10),
  };
}

function progressLine(seconds: number, lines: number, meter: Meter): string {
  const memory = parts.map((part) => `${part} ${Math.round(meter.bytes(part) / 2 ** 20)}`).join(", ");
  return `${Math.round(seconds)} s, ${lines} lines of the engine; MiB at most: ${memory}`;
}

/** The last lines, where the reason is. */
function endOf(text: string): string {
  return text.trimEnd().split("\n").slice(-40).join("\n");
}
