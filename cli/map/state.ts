import { z } from "zod";
import { Trouble } from "../../local/say.ts";
import { urnParts } from "../../stacks/urn.ts";

const Listed = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(""),
  parent: z.string().default(""),
  inputs: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  /** An old copy, to be deleted after its replacement was made. */
  delete: z.boolean().default(false),
  /** Deleted already, its replacement is not made yet. */
  pendingReplacement: z.boolean().default(false),
});

/** The part of `pulumi stack export` that is used here. */
const Export = z.object({
  deployment: z.object({
    manifest: z.object({ time: z.string().optional() }).default({}),
    resources: z.array(Listed).nullish(),
    pending_operations: z.array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) })).nullish(),
  }),
});

/** A resource of the state. */
export interface Resource {
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  /** The cloud's name of it. */
  readonly id: string;
  /** The logical name of its parent. */
  readonly parent: string;
  /** What it was given, and over it what the cloud answered. Secrets are in it only as ciphertext. */
  readonly values: Readonly<Record<string, unknown>>;
  /** `leaving`: its deletion is begun or due. `gone`: deleted, and not made anew yet. */
  readonly presence: "there" | "leaving" | "gone";
}

/** What the state of a stack holds. */
export interface State {
  readonly stack: string;
  /** When it was written last, as it says. */
  readonly changed?: string;
  readonly resources: readonly Resource[];
}

/** @throws Trouble when it is not what `pulumi stack export` prints */
export function readState(stack: string, exported: unknown): State {
  const { success, data } = Export.safeParse(exported);
  if (!success) throw new Trouble(`the state of the stack ${stack} is not of a form that is known here`);
  const { manifest, resources, pending_operations: pending } = data.deployment;
  const deleting = new Set(
    (pending ?? []).filter(({ type }) => type === "deleting").map(({ resource }) => resource.urn),
  );
  return {
    ...{ stack, ...(manifest.time ? { changed: manifest.time } : {}) },
    resources: (resources ?? []).map((one) => ({
      ...{ type: one.type, name: urnParts(one.urn).name, id: one.id, parent: urnParts(one.parent).name },
      values: { ...one.inputs, ...one.outputs },
      presence: one.pendingReplacement ? "gone" : one.delete || deleting.has(one.urn) ? "leaving" : "there",
    })),
  };
}

/** One state, of which the first has the name. */
export function joined(states: readonly State[]): State {
  return { stack: "", ...states[0], resources: states.flatMap(({ resources }) => resources) };
}

/** The resources of a type, such as `networking/port:Port`, that are there or leaving. */
export function present({ resources }: State, type: string): Resource[] {
  return resources.filter((one) => one.type === `openstack:${type}` && one.presence !== "gone");
}

/** The text of a value. A secret has none, nor has anything else that is no text. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The texts of a list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** A field of the first entry of a list of records, such as `fixedIps`; or of a record. */
export function field(value: unknown, key: string): string {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null ? text((one as Readonly<Record<string, unknown>>)[key]) : "";
}
