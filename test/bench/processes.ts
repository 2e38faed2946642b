import { basename } from "node:path";

/**
 * What works on an update, each a kind of process: the engine, its plugins with the language host, our program, our gates, of
 * which each is a process of its own, and our command, where it is one that runs the engine.
 */
export const parts = ["engine", "plugins", "program", "gates", "command"] as const;
export type Part = (typeof parts)[number];

/** What a process has used until now. */
export interface Usage {
  /** When it began, in clock ticks: a number is used again, this is not. */
  readonly started: string;
  /** The most memory it ever had. */
  readonly bytes: number;
  readonly cpuSeconds: number;
}

/** A process that was seen. */
export interface Seen extends Usage {
  readonly pid: string;
  readonly part: Part;
}

/** What a process is, from its `/proc/PID/cmdline`. */
export function partOf(commandLine: string): Part | undefined {
  const [program = "", ...args] = commandLine.split("\0");
  const name = basename(program);
  if (name === "pulumi") return "engine";
  if (/^pulumi-(resource|language)-/.test(name)) return "plugins";
  if (args.includes("--monitor") && args.some((arg) => /@pulumi\/pulumi\/cmd\/run(\/index\.js)?$/.test(arg)))
    return "program";
  if (!name.startsWith("node")) return undefined;
  if (args[0] === "cli/gate.ts") return "gates";
  return /(^|\/)cli\/estate\.ts$/.test(args[0] ?? "") && args[1] !== "local" ? "command" : undefined;
}

/** Linux tells time of processes in hundredths of a second, whatever the kernel's own clock. */
const ticks = 100;

/** What `/proc/PID/stat` and `/proc/PID/status` say; nothing of a process that has ended. */
export function usageOf(stat: string, status: string): Usage | undefined {
  // the name in parentheses may hold anything; the third field comes after it
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system, started] = [fields[11], fields[12], fields[19]];
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  if (user === undefined || system === undefined || started === undefined || peak === undefined) return undefined;
  return { started, bytes: Number(peak) * 1024, cpuSeconds: (Number(user) + Number(system)) / ticks };
}

/** Adds up what samples show. */
export class Meter {
  readonly #bytes = new Map<Part, number>();
  readonly #cpu = new Map<string, Seen>();

  /** @param sample every process of an update that runs at one moment */
  see(sample: readonly Seen[]): void {
    for (const part of parts) {
      const now = sample.filter((one) => one.part === part).reduce((sum, { bytes }) => sum + bytes, 0);
      this.#bytes.set(part, Math.max(now, this.#bytes.get(part) ?? 0));
    }
    for (const one of sample) this.#cpu.set(`${one.pid} ${one.started}`, one);
  }

  /** The most memory that a part's processes had at one moment, each counted with its own peak until then. */
  bytes(part: Part): number {
    return this.#bytes.get(part) ?? 0;
  }

  /** Seconds that a part's processes computed, those that have ended too; without what came after their last sample. */
  cpuSeconds(part: Part): number {
    return [...this.#cpu.values()].filter((one) => one.part === part).reduce((sum, one) => sum + one.cpuSeconds, 0);
  }
}
