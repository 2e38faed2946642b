import { z } from "zod";

/**
 * What is done to a host, in its order. A gate begins at the step of its own name; `up` is the whole update, and has no host.
 *
 * - `hold`: it may not begin now; what else is under way ends first
 * - `meetings`: no new ones come, those that are there come to their end, their recordings arrive
 * - `leave-etcd`: waits until it is its turn, and the others keep a majority
 * - `cordon`, `evict`: no pod comes any more, those that are there go elsewhere
 * - `remove`: its node is taken off the orchestrator; `stop`: its server stops
 * - `join`: the new server joins and becomes Ready; `soak`: it stays so
 * - `probe`: what its meetings need answers; `admit`: they come again
 */
export const steps = {
  up: ["up"],
  drain: ["drain", "hold", "meetings", "leave-etcd", "cordon", "evict", "remove", "stop"],
  ready: ["ready", "join", "soak", "probe", "admit"],
} as const;

export type Step = (typeof steps)[keyof typeof steps][number];

/** `waiting` of `hold` or of `up`: the host, or the update, was held back, and goes on with a later update. */
export const states = ["begun", "waiting", "done", "failed"] as const;

/** One line of the journal. Secrets are never in it. */
export const Entry = z.object({
  time: z.iso.datetime(),
  stack: z.string(),
  /** Id of one `estate up`. A plain `pulumi up` has none. */
  update: z.string().optional(),
  /** Of `up`: the commit that it is of, whole, where nothing was changed since. */
  commit: z.string().optional(),
  host: z.string().optional(),
  /** The host's role, as far as the document still has the host. */
  role: z.string().optional(),
  /** Nova's id. */
  server: z.string().optional(),
  step: z.enum([...steps.up, ...steps.drain, ...steps.ready]),
  state: z.enum(states),
  /** What it waits for, how it ended, or why it failed. */
  text: z.string().default(""),
});

export type Entry = Readonly<z.output<typeof Entry>>;
export type State = Entry["state"];

/** The part of the gates in which a step is. */
export function gateOf(step: Step): keyof typeof steps {
  if (step === "up") return "up";
  return steps.ready.some((one) => one === step) ? "ready" : "drain";
}
