import { z } from "zod";
import { chatLimit } from "./bbb.ts";

/** How a server is drained: what the estate document says, sent by the gate of its host. */
export const DrainOrder = z.strictObject({
  /** Id of the machine that is to go. A drain of another machine is none of this one. */
  machine: z.string().min(1),
  /** Of the server's API: finds it in Scalelite when it is not declared any more. */
  url: z.url({ protocol: /^https?$/ }),
  /** Minutes that meetings have, from the moment no new ones come. */
  minutes: z.number().min(0).max(10_080),
  /** What happens to meetings that go on then: `wait` longer, `end` them, or `abort` the drain. */
  atDeadline: z.enum(["wait", "end", "abort"]),
  /** Minutes before the deadline at which people are told. */
  warnAt: z.array(z.number().positive()).max(10).default([60, 15, 5]),
  /** What they are told, by language; `{minutes}` stands for the minutes that are left. None: nobody is told. */
  texts: z
    .record(
      z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/),
      z
        .string()
        .min(1)
        .max(chatLimit - 20),
    )
    .default({}),
  /** Minutes that recordings have after the last meeting. They are never given up: then the drain is aborted. */
  recordingMinutes: z.number().min(0).max(10_080).default(240),
});

export type DrainOrder = Readonly<z.output<typeof DrainOrder>>;

/**
 * - `asked`: nothing was done yet, the others must be able to carry the load first
 * - `leaving`: cordoned, meetings come to their end; `recordings`: none is left, its recordings are on their way
 * - `drained`: the machine may go; `aborted`: it may not, and takes meetings again
 */
export const phases = ["asked", "leaving", "recordings", "drained", "aborted"] as const;

/** What is remembered of a drain, whoever is killed: it is kept on the orchestrator. */
export const Drain = z.strictObject({
  order: DrainOrder,
  phase: z.enum(phases),
  /** Since when it is in this phase, in milliseconds since 1970. */
  since: z.number(),
  /** Minutes before the deadline that people were told of. */
  warned: z.array(z.number()).default([]),
  /** What it waits for, or how it ended. */
  reason: z.string().default(""),
});

export type Drain = Readonly<z.output<typeof Drain>>;

/** The drain that an order begins, or changes: a new deadline or text acts on one that is under way. */
export function ordered(order: DrainOrder, existing: Drain | undefined, now: number): Drain {
  const begun = existing && existing.phase !== "aborted" && existing.order.machine === order.machine;
  if (begun) return { ...existing, order };
  return { order, phase: "asked", since: now, warned: [], reason: "asked for, not looked at yet" };
}
