import type { Say } from "../../local/say.ts";
import { gateOf } from "../journal/entry.ts";
import { type HostStatus, heldBack, type RolloutStatus, underWay } from "../journal/status.ts";
import { describeHost } from "../rollout/print.ts";
import type { EngineView, Operation } from "./events.ts";

/** How an update shows how far it is. */
export interface Progress {
  show(status: RolloutStatus, engine: EngineView): void;
  /** Nothing of it stays on the terminal that is not worth it. */
  close(): void;
}

/** Operations that are named at once; of others the number is. */
const named = 3;

/** What is under way: a line for each host, and one for what else the engine is at. */
export function progressLines(status: RolloutStatus, { running }: Pick<EngineView, "running">, now: Date): string[] {
  const gates = new Set(status.hosts.flatMap(({ name }) => [`${name}-drain`, `${name}-ready`]));
  const others = running.filter(({ name }) => !gates.has(name));
  const more = others.length > named ? [`and ${others.length - named} more`] : [];
  return [
    ...[...underWay(status), ...heldBack(status)].map((host) => describeHost(host, now)),
    ...(others.length > 0 ? [[...others.slice(0, named).map(describe), ...more].join(", ")] : []),
  ];
}

function describe({ op, type, name }: Operation): string {
  return `${op.replace(/-.*/, "")} ${type.split(":").at(-1)} ${name}`;
}

/** On a terminal: the lines are drawn again and again at the same place. How a host ended stays there. */
export function terminalProgress(output: NodeJS.WriteStream): Progress {
  const told = new Set<string>();
  let drawn = 0;
  const clear = () => {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    show: (status, engine) => {
      const lines = progressLines(status, engine, new Date());
      clear();
      for (const line of status.hosts.filter(hasEnded).map(changeOf)) {
        if (!told.has(line)) output.write(`  ${line}\n`);
        told.add(line);
      }
      // a line that is broken in two would be counted as one
      for (const line of lines) output.write(`  ${line.slice(0, (output.columns || 80) - 3)}\n`);
      drawn = lines.length;
    },
    close: clear,
  };
}

/** Where there is no terminal: a line whenever a host comes to something else. */
export function plainProgress(say: Say): Progress {
  const said = new Map<string, string>();
  return {
    show: ({ hosts }) => {
      for (const host of hosts) {
        const line = changeOf(host);
        if (said.get(host.name) !== line) say(`${host.since.slice(11, 19)}Z ${line}`);
        said.set(host.name, line);
      }
    },
    close: () => undefined,
  };
}

function hasEnded({ step, state }: HostStatus): boolean {
  return state === "failed" || (state === "done" && gateOf(step) === "ready");
}

function changeOf({ name, step, state, text }: HostStatus): string {
  return `${name}: ${step} ${state}${text ? `: ${text}` : ""}`;
}
