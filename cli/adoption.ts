import { createHash } from "node:crypto";
import { type Checkpoint, type Orphan, type Recorded, withoutPending } from "./interrupted.ts";

/** How the state marks a value as secret; exported with `--show-secrets`, the value itself is beside it, as JSON. */
const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * Of what a killed engine left behind, the servers that the stack takes in as they are. A server may have joined a cluster in the
 * meantime: if two of a datastore's first three just went, the third would never have a majority again.
 *
 * A server that failed is not taken in, nor one of several that it can be.
 */
export function adoptable({ deployment }: Checkpoint, orphans: readonly Orphan[]): Orphan[] {
  const living = new Set(
    deployment.resources?.filter((one) => !one.delete && !one.pendingReplacement).map(({ urn }) => urn),
  );
  return orphans.filter(
    ({ urn, status }) =>
      status === "ACTIVE" && !living.has(urn) && orphans.filter((other) => other.urn === urn).length === 1,
  );
}

/**
 * The state as the engine would have written it, had it lived: with these servers, and without pending operations. What only the
 * cloud knows of them is yet to be read: `pulumi refresh`.
 *
 * @param state exported with its secrets in clear
 */
export function withAdopted(state: Checkpoint, orphans: readonly Orphan[]): Checkpoint {
  const { deployment, ...rest } = withoutPending(state);
  const resources = [...(deployment.resources ?? [])];
  for (const { urn, id } of orphans) {
    const asked = state.deployment.pending_operations?.find(({ type, resource }) => {
      return type === "creating" && resource.urn === urn;
    });
    if (!asked) throw new Error(`no operation asked for ${urn}`);
    const server: Recorded = { ...asked.resource, id, outputs: outputsOf(asked.resource.inputs ?? {}) };
    // what it replaces is gone, and stands where what depends on it comes after it
    const place = resources.findIndex((one) => one.urn === urn && one.pendingReplacement);
    if (place < 0) resources.push(server);
    else resources[place] = server;
  }
  return { ...rest, deployment: { ...deployment, resources } };
}

/** Of a server, as the provider keeps it: user data by its hash. */
function outputsOf(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { userData, ...others } = withoutDefaults(inputs) as Record<string, unknown>;
  return userData === undefined ? others : { ...others, userData: hashed(userData) };
}

function hashed(value: unknown): unknown {
  if (typeof value === "string") return createHash("sha1").update(value).digest("hex");
  const { [secretMark]: mark, plaintext } = value as { readonly [secretMark]: string; readonly plaintext: string };
  const hash = hashed(JSON.parse(plaintext));
  return { [secretMark]: mark, plaintext: JSON.stringify(hash) };
}

/** Without the lists of what the provider set by itself: they are of inputs alone. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== "__defaults");
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutDefaults(inner)]));
}
