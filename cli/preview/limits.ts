import type { PlanOptions } from "./command.ts";
import type { Limits } from "./judge.ts";

/** Of `estate preview`, as its `--help` says them; `refused` is that of `estate up` too. */
export const exitCodes = { shown: 0, failed: 1, refused: 4 } as const;

/** What an operator said of the limits of a plan. */
export function limitsIn({ maxRemoved, accept }: PlanOptions): Limits {
  return { ...(maxRemoved === undefined ? {} : { maxRemoved }), ...(accept ? { accepted: accept } : {}) };
}
