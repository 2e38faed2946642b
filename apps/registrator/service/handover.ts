import { ask } from "./ask.ts";
import type { Bbb } from "./bbb.ts";
import type { DeclaredServer } from "./declared.ts";

/** Seconds after the last meeting before which a look of the host counts for nothing: what ended last may not have been written down. */
const settled = 60;

/**
 * How many recordings of a server have not arrived: those it still works on, and those its host has not handed over. Text says why
 * nobody knows.
 *
 * @param since when the last meeting was over, in milliseconds since 1970: what the host saw before that does not count
 */
export async function waitingRecordings(
  bbb: Bbb,
  handover: DeclaredServer["handover"] | undefined,
  since: number,
): Promise<number | string> {
  try {
    const unfinished = await bbb.unfinishedRecordings();
    return handover ? unfinished + (await notHandedOver(handover, since)) : unfinished;
  } catch (error) {
    return (error as Error).message;
  }
}

async function notHandedOver(
  { url, metric, looked }: NonNullable<DeclaredServer["handover"]>,
  since: number,
): Promise<number> {
  const { status, body } = await ask(new URL(url), { timeout: 8000 });
  if (status !== 200) throw new Error(`${url} answered with HTTP ${status}`);
  const late = since / 1000 + settled - sumOf(body, looked);
  if (late > 0) throw new Error(`its host has not looked again since the last meeting ended (${Math.ceil(late)} s)`);
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
