import { ask } from "./ask.ts";
import type { Bbb } from "./bbb.ts";
import type { DeclaredServer } from "./declared.ts";

/**
 * How many recordings of a server have not arrived: those it still works on, and those its host has not handed over. Text says why
 * nobody knows.
 */
export async function waitingRecordings(
  bbb: Bbb,
  handover: DeclaredServer["handover"] | undefined,
): Promise<number | string> {
  try {
    const unfinished = await bbb.unfinishedRecordings();
    return handover ? unfinished + (await metricAt(handover.url, handover.metric)) : unfinished;
  } catch (error) {
    return (error as Error).message;
  }
}

async function metricAt(url: string, metric: string): Promise<number> {
  const { status, body } = await ask(new URL(url), { timeout: 8000 });
  if (status !== 200) throw new Error(`${url} answered with HTTP ${status}`);
  return sumOf(body, metric);
}

/** The sum of a metric's samples in Prometheus' text format. @throws Error when there is none: nothing is not zero */
export function sumOf(exposition: string, metric: string): number {
  const samples = exposition.split("\n").flatMap((line) => {
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)/.exec(line) ?? [];
    return name === metric ? [Number(value)] : [];
  });
  const sum = samples.reduce((total, value) => total + value, 0);
  if (samples.length === 0 || Number.isNaN(sum)) throw new Error(`there is no metric ${metric}`);
  return sum;
}
