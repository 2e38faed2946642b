import { urnParts } from "../../stacks/urn.ts";
import { pulumi } from "./pulumi.ts";

/** The part of `pulumi stack export` that gates read. While an update runs, it is what the engine wrote down last. */
export interface State {
  readonly deployment?: {
    readonly resources?: readonly { readonly type: string; readonly urn?: string; readonly delete?: boolean }[];
    readonly pending_operations?: readonly { readonly resource: { readonly urn: string } }[];
  };
}

/** @throws Trouble with what pulumi said */
export async function readState(stack: string): Promise<State> {
  return JSON.parse(await pulumi("stack", "export", "--stack", stack)) as State;
}

/**
 * Whether the state has no Kubernetes provider: it is made after the orchestrator became ready for the first time, and is the
 * first thing to go when everything goes.
 */
export function isAbandoned({ deployment }: State): boolean {
  const resources = deployment?.resources ?? [];
  return !resources.some(({ type, delete: pending }) => type === "pulumi:providers:kubernetes" && !pending);
}

/** Whether the state has the registrator: it is made after the first hosts, and goes before the last ones. */
export function hasRegistrator({ deployment }: State): boolean {
  const resources = deployment?.resources ?? [];
  return resources.some(({ type, delete: pending }) => type === "estate:apps:Registrator" && !pending);
}

/**
 * Hosts whose ready gate is in the state: they have been ready once. That of a host that is being replaced stays there, marked, until
 * there is another.
 */
export function served({ deployment }: State): string[] {
  const gates = (deployment?.resources ?? []).filter(({ type }) => type === "command:local:Command");
  return gates.flatMap(({ urn }) => /^(.+)-ready$/.exec(urn === undefined ? "" : urnParts(urn).name)?.[1] ?? []);
}

/** Logical names of what the engine is changing, without the drain gates of these hosts. */
export function changing({ deployment }: State, except: readonly string[]): string[] {
  const gates = new Set(except.map((host) => `${host}-drain`));
  return (deployment?.pending_operations ?? [])
    .map(({ resource }) => urnParts(resource.urn).name)
    .filter((name) => !gates.has(name));
}
