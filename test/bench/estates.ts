import { setInterval } from "node:timers";
import { inside } from "../../cli/local/enter.ts";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { runningDaemon } from "../../local/daemon/launch.ts";
import { project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { cloudSeconds, cloudUsage } from "./cloud.ts";
import { grown } from "./document.ts";
import { Meter, type Part, parts } from "./processes.ts";
import { sampled } from "./sampler.ts";
import { type Bench, secondsSince } from "./stack.ts";

const plain = ["--non-interactive", "--color=never", "--suppress-outputs"];

/** What is measured, in this order: from nothing, then three times with nothing to do. A drift check fails when it has anything to tell. */
export const commands = {
  up: ["pulumi", "up", "--yes", "--skip-preview", ...plain],
  preview: ["pulumi", "preview", "--expect-no-changes", ...plain],
  drift: ["cli/estate", "drift"],
  refresh: ["pulumi", "refresh", "--yes", "--skip-preview", "--expect-no-changes", ...plain],
} as const;
export type Command = keyof typeof commands;

export interface EstateMeasured {
  readonly hosts: number;
  /** Managed ones, that a provider has; components are only names for groups. */
  readonly resources: number;
  readonly command: Command;
  readonly seconds: number;
  /** The most that each part had at one moment. */
  readonly megabytes: Readonly<Record<Part, number>>;
  /** Of the processor; that of the program and of gates is what our own code costs. */
  readonly cpuSeconds: Readonly<Record<Part, number>>;
  /** CPU seconds of the cloud: the APIs that were asked, and what runs behind them. */
  readonly cloudSeconds: number;
}

/** Seconds between two lines of progress. */
const every = 10;

/**
 * Builds an estate of so many hosts on a fresh cloud, and measures each command.
 *
 * @param keep is given each as it is measured, so that those before a failure are told
 * @throws Trouble when one fails, or when there is something to do where nothing is
 */
export async function measureEstate(
  bench: Bench,
  hosts: number,
  say: (line: string) => void,
  keep: (measured: EstateMeasured) => void,
): Promise<void> {
  say(`${hosts} hosts: a fresh cloud`);
  await bench.local("reset");
  await bench.local("up", "--yes", "--no-estate");
  const { stack } = bench.here;
  const file = await readStackFile(stack);
  const document = grown(file.config?.["estate:estate"] as object, hosts);
  await writeStackFile(stack, { ...file, config: { ...file.config, "estate:estate": document } });
  for (const command of Object.keys(commands) as Command[])
    keep(await measure(bench, hosts, command, (line) => say(`${hosts} hosts, ${command}: ${line}`)));
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
  const proc = `/proc/${daemon.pid}/root/proc`;
  const before = await cloudUsage(proc);
  const started = Date.now();
  let lines = 0;
  const progress = setInterval(() => say(progressLine(secondsSince(started), lines, meter)), every * 1000);
  try {
    const result = await sampled(proc, meter, () =>
      inside(bench.here, [...commands[command], "--stack", bench.here.stack], {
        ...{ cwd: project, stdin: "ignore", all: true, cancelSignal: bench.stopped },
        stdout: function* (line: unknown) {
          lines += 1;
          yield line;
        },
      }),
    );
    if (bench.stopped.aborted) throw new Trouble("stopped");
    if (result.failed)
      throw new Trouble(
        `'${commands[command].slice(0, 2).join(" ")}' of ${hosts} hosts failed:\n${endOf(String(result.all))}`,
      );
    const seconds = secondsSince(started);
    const cloud = cloudSeconds(before, await cloudUsage(proc));
    const measured = summary({ hosts, resources: await managed(bench), command, seconds }, meter, cloud);
    say(`done in ${measured.seconds} s`);
    return measured;
  } finally {
    clearInterval(progress);
  }
}

/** How many resources of the state a provider has. */
async function managed({ here }: Bench): Promise<number> {
  const command = ["pulumi", "stack", "export", "--stack", here.stack];
  const { stdout } = await inside(here, command, { cwd: project, stdin: "ignore" });
  const { deployment } = JSON.parse(String(stdout)) as {
    readonly deployment: { readonly resources?: readonly { readonly custom: boolean; readonly type: string }[] };
  };
  return (deployment.resources ?? []).filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
}

/** What a meter has seen, in whole MiB and tenths of a second. */
export function summary(
  of: Pick<EstateMeasured, "hosts" | "resources" | "command" | "seconds">,
  meter: Meter,
  cloud: number,
): EstateMeasured {
  const each = (of: (part: Part) => number) =>
    Object.fromEntries(parts.map((part) => [part, of(part)])) as Record<Part, number>;
  return {
    ...of,
    megabytes: each((part) => Math.round(meter.bytes(part) / 2 ** 20)),
    cpuSeconds: each((part) => Math.round(meter.cpuSeconds(part) * 10) / 10),
    cloudSeconds: Math.round(cloud * 10) / 10,
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
