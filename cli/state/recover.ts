import { hostname } from "node:os";
import { connect } from "../../local/openstack-client/client.ts";
import { urnParts } from "../../stacks/urn.ts";
import { adoptable } from "../adoption.ts";
import { chooseStack } from "../check/document.ts";
import { findCloud } from "../credentials.ts";
import { estateFile } from "../estate-folder.ts";
import { heal, type Patient } from "../heal.ts";
import { type Checkpoint, orphansOf } from "../interrupted.ts";
import { markInterrupted } from "../take-over.ts";
import { confirm } from "./ask.ts";
import { backendOf, statePulumi } from "./backend.ts";
import { backUp } from "./backup.ts";
import { holdersOf, keepsLocks } from "./holders.ts";
import { ensureFree, unlockText } from "./unlock.ts";

interface Options {
  readonly stack?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** What an engine that was killed left behind. */
export interface Wreck {
  /** Operations that it had begun and did not write down. */
  readonly interrupted: readonly { readonly operation: string; readonly type: string; readonly name: string }[];
  /** What the cloud has of them, and the state has not. */
  readonly orphans: readonly { readonly what: string; readonly path: string; readonly fate: Fate }[];
}

/** A server that runs is taken into the state; what can only be the stack's is removed and made anew; the rest is left alone. */
type Fate = "adopt" | "remove" | "leave";

/** What became of it. */
export type Recovery = "well" | "recovered" | "wreck" | "held";

/** As `--help` says them. */
export const exitCodes: Readonly<Record<Recovery, number>> = { well: 0, recovered: 0, wreck: 2, held: 3 };

/** `estate state recover` */
export async function recover({ stack: named, yes, dryRun, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const pulumi = statePulumi("recover");
  const locked = { stack, pulumi, backend: await backendOf(pulumi, process.env), hostname: hostname() };
  const holders = keepsLocks(locked.backend) ? await holdersOf(locked) : [];
  const patient: Patient = {
    ...{ ...locked, whileItRuns: "refuse", shared: true, ensureFree: async () => ensureFree(locked) },
    openstack: async () => connect(await findCloud(process.env)),
    keep: async (state) => backUp(stack, state, "recover"),
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  // what an engine that runs is at is listed as interrupted too
  const isHeld = holders.some(({ life }) => life !== "gone");
  const wreck = isHeld ? { interrupted: [], orphans: [] } : await wreckOf(patient);
  const result = isHeld ? "held" : await mend(patient, wreck, { dryRun: dryRun === true, yes: yes === true });
  process.exitCode = exitCodes[result];
  const text = isHeld
    ? unlockText(stack, "held", holders)
    : `${wreckText(stack, wreck)}${result === "recovered" ? "\nAll of it is put right." : ""}`;
  process.stdout.write(`${json ? JSON.stringify({ stack, result, holders, ...wreck }) : text}\n`);
}

/** What is there to put right. Nothing is changed. */
export async function wreckOf(patient: Pick<Patient, "stack" | "pulumi" | "openstack" | "shared">): Promise<Wreck> {
  const { stack, pulumi, openstack, shared } = patient;
  const state = JSON.parse(await pulumi(["stack", "export", "--stack", stack])) as Checkpoint;
  const pending = state.deployment.pending_operations ?? [];
  const interrupted = pending.map(({ type: operation, resource: { type, urn } }) => {
    return { operation, type, name: urnParts(urn).name };
  });
  if (pending.length === 0) return { interrupted, orphans: [] };
  const found = await orphansOf(state, await openstack());
  const ours = found.filter(({ certain }) => certain || !shared);
  const adopted = adoptable(state, ours);
  const orphans = found.map((orphan) => {
    const fate: Fate = adopted.includes(orphan) ? "adopt" : ours.includes(orphan) ? "remove" : "leave";
    return { what: orphan.what, path: orphan.path, fate };
  });
  return { interrupted, orphans };
}

/** @throws Trouble when nobody agrees, or an engine is at it */
async function mend(
  patient: Patient,
  wreck: Wreck,
  { dryRun, yes }: { readonly dryRun: boolean; readonly yes: boolean },
): Promise<Exclude<Recovery, "held">> {
  const { stack, say } = patient;
  if (wreck.interrupted.length === 0) return "well";
  if (dryRun) return "wreck";
  if (!yes) {
    say(wreckText(stack, wreck));
    await confirm("Put it right?");
  }
  await heal(patient);
  await markInterrupted(estateFile(stack, "interrupted"));
  return "recovered";
}

const fates: Readonly<Record<Fate, string>> = {
  adopt: "it runs: it is taken into the state as it is",
  remove: "it can only be this stack's: it is removed, and made anew by the next update",
  leave: "it may be somebody else's: it is left alone; delete it if it is nobody's",
};

/** For people. */
export function wreckText(stack: string, { interrupted, orphans }: Wreck): string {
  if (interrupted.length === 0) return `No operation of stack ${stack} was interrupted: there is nothing to recover.`;
  return [
    `Of stack ${stack}, operations were interrupted (${interrupted.length}):`,
    ...interrupted.map(({ operation, type, name }) => `  ${operation} ${type} ${name}`),
    ...(orphans.length > 0
      ? ["In the cloud, and in no state:"]
      : ["Nothing of them is in the cloud without being in the state."]),
    ...orphans.map(({ what, path, fate }) => `  ${what} (${path}): ${fates[fate]}`),
  ].join("\n");
}
