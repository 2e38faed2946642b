import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * Which question a finding answers; the answers are never mixed.
 *
 * - `cloud`: the cloud is not as the state has it (somebody changed it)
 * - `program`: the program asks for something else than the state has (a change that was not rolled out)
 * - `unmanaged`: it is there, and no state holds it
 * - `interrupted`: an engine was killed while it changed it
 */
export const answers = ["cloud", "program", "unmanaged", "interrupted"] as const;
export type Answer = (typeof answers)[number];

/** What a finding means, the worst first. */
export const classes = ["security", "outage", "ownership", "cosmetic"] as const;
export type Class = (typeof classes)[number];

/** Who made the difference, as far as there is evidence: a person, an engine or controller, or nobody knows. */
export const owners = ["human", "engine", "unknown"] as const;
export type Owner = (typeof owners)[number];

/** Where an unmanaged thing is: what deletes it and takes it in. */
export const Place = z.discriminatedUnion("in", [
  z.object({ in: z.literal("openstack"), kind: z.string(), service: z.string(), path: z.string() }),
  z.object({
    in: z.literal("kubernetes"),
    ...{ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() },
  }),
]);
export type Place = Readonly<z.output<typeof Place>>;

/** One difference. It holds no values, secret or not: only where they are. */
export const Finding = z.object({
  /** Of the thing and the question, so that it is the same in every run. */
  id: z.string(),
  answer: z.enum(answers),
  class: z.enum(classes),
  owner: z.enum(owners),
  /** Pulumi's type; for people its last part. */
  type: z.string(),
  /** Logical name, or the cloud's name of what no state holds. */
  name: z.string(),
  /** Of what a state holds. */
  urn: z.string().optional(),
  /** What became of it: `changed`, `gone`, `unknown` to every state, `missing` in the cloud, `interrupted`. */
  change: z.enum(["changed", "gone", "unknown", "missing", "interrupted"]),
  paths: z.array(z.string()).readonly(),
  /** What that means, in a sentence. */
  meaning: z.string(),
  place: Place.optional(),
});
export type Finding = Readonly<z.output<typeof Finding>>;

/** Ten hexadecimal digits, the same for the same thing. */
export function findingId(answer: Answer, thing: string): string {
  return createHash("sha256").update(`${answer}\u0000${thing}`).digest("hex").slice(0, 10);
}

/** The worst first, then by name: the same order in every run. */
export function compareFindings(a: Finding, b: Finding): number {
  const rank = (one: Finding) => classes.indexOf(one.class) * answers.length + answers.indexOf(one.answer);
  const key = (one: Finding) => `${one.name}\u0000${one.type}\u0000${one.id}`;
  return rank(a) - rank(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}
