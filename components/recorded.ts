import * as pulumi from "@pulumi/pulumi";
import { urnParts } from "../stacks/urn.ts";

/** What the stack's state held when the program started: the resources of an earlier `up`, also of one that failed. */
export interface Recorded {
  /** Whether a resource of this type and logical name is in the state, under whatever parent. */
  has(type: string, name: string): boolean;
  /** What the cloud said of one, as of the last change; empty where there is none. Secrets are not readable. */
  outputs(type: string, name: string): Readonly<Record<string, unknown>>;
  /** The same of all resources of a type. */
  all(type: string): readonly Readonly<Record<string, unknown>>[];
  /** The logical names of all resources of a type that are in a component of this type, sorted. */
  names(type: string, component: string): readonly string[];
}

/**
 * Asks the engine what is in this stack's own state. The call is not documented; where an engine does not know it,
 * nothing is returned, and the caller must assume that everything exists.
 */
export async function readRecorded(): Promise<Recorded | undefined> {
  try {
    const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    return recordedOf((answer as { outputs?: Resources }).outputs ?? {});
  } catch (error) {
    await pulumi.log.warn(
      `The engine does not say what exists already, so hosts are built one after another (${error}).`,
    );
    return undefined;
  }
}

/** By URN. */
type Resources = Readonly<Record<string, { readonly outputs?: Readonly<Record<string, unknown>> }>>;

/** The same, from what the engine says of each resource: its type, and its outputs. What an update has left to delete is not in it. */
export function recordedOf(resources: Resources): Recorded {
  const known = new Map(
    Object.entries(resources).map(([urn, { outputs = {} }]) => {
      const { type, name } = urnParts(urn);
      return [`${type}::${name}`, outputs];
    }),
  );
  return {
    has: (type, name) => known.has(`${type}::${name}`),
    outputs: (type, name) => known.get(`${type}::${name}`) ?? {},
    all: (type) =>
      Object.entries(resources).flatMap(([urn, { outputs = {} }]) => (urnParts(urn).type === type ? [outputs] : [])),
    names: (type, component) =>
      Object.keys(resources)
        .filter((urn) => urn.split("::")[2]?.endsWith(`${component}$${type}`))
        .map((urn) => urnParts(urn).name)
        .sort(),
  };
}
