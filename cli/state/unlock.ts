import { hostname } from "node:os";
import { Trouble } from "../../local/say.ts";
import { chooseStack } from "../check/document.ts";
import { backendOf, statePulumi } from "./backend.ts";
import { freeAll, type Holder, holdersOf, keepsLocks, type LockedStack } from "./holders.ts";

interface Options {
  readonly stack?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What became of the locks. */
export type Unlocked = "free" | "freed" | "held" | "unsure";

/** As `--help` says them. */
export const exitCodes: Readonly<Record<Unlocked, number>> = { free: 0, freed: 0, held: 3, unsure: 4 };

/** Shows who holds the lock of a stack, and frees it where its engine is gone. */
export async function unlock({ stack: named, force = false, json }: Options): Promise<void> {
  const stack = await chooseStack(named, process.env);
  const pulumi = statePulumi("unlock");
  const locked = { stack, pulumi, hostname: hostname(), backend: await backendOf(pulumi, process.env) };
  const { result, holders } = await freeDead(locked, force);
  process.exitCode = exitCodes[result];
  const text = json ? JSON.stringify({ stack, result, holders }) : unlockText(stack, result, holders);
  process.stdout.write(`${text}\n`);
}

/**
 * Frees the locks of a stack if every engine that holds one is gone. Of another machine's that is not known: `force` says so.
 *
 * @throws Trouble when somebody else locks or frees it at the same time
 */
export async function freeDead(
  locked: LockedStack,
  force: boolean,
): Promise<{ readonly result: Unlocked; readonly holders: readonly Holder[] }> {
  const holders = await holdersOf(locked);
  if (holders.length === 0) return { result: "free", holders };
  if (holders.some(({ life }) => life === "runs")) return { result: "held", holders };
  if (holders.some(({ life }) => life === "unknown") && !force) return { result: "unsure", holders };
  // all locks go at once: none may have come in the meantime
  const now = await holdersOf(locked);
  if (JSON.stringify(now) !== JSON.stringify(holders))
    throw new Trouble(
      `the locks of the stack ${locked.stack} change just now: somebody works on it. Nothing was freed`,
    );
  await freeAll(locked);
  const left = await holdersOf(locked);
  if (left.length > 0)
    throw new Trouble(`the stack ${locked.stack} is locked still, or again: ${left.map(holderText).join("; ")}`);
  return { result: "freed", holders };
}

/**
 * Frees the locks of engines that are gone.
 *
 * @throws Trouble where another one holds the state: what it is at is not interrupted
 */
export async function ensureFree(locked: LockedStack): Promise<void> {
  // whose locks cannot be seen is trusted to keep two engines apart by itself
  if (!keepsLocks(locked.backend)) return;
  const { result, holders } = await freeDead(locked, false);
  if (result === "held" || result === "unsure") throw new Trouble(unlockText(locked.stack, result, holders));
}

/** For people: who, since when, and what to do. */
export function unlockText(stack: string, result: Unlocked, holders: readonly Holder[]): string {
  if (result === "free") return `The state of stack ${stack} is not locked.`;
  const lines = holders.map((holder) => `  ${holderText(holder)}: ${adviceOn(holder, result)}`);
  return [`The state of stack ${stack} ${result === "freed" ? "was" : "is"} locked by:`, ...lines].join("\n");
}

function holderText({ pid, username, hostname: host, since }: Holder): string {
  return `process ${pid} of ${username} on ${host}, since ${since}`;
}

function adviceOn({ pid, hostname: host, life }: Holder, result: Unlocked): string {
  if (life === "runs") return `it runs; 'estate rollout status' shows it, 'kill -INT ${pid}' ends it in good order`;
  if (result === "freed")
    return life === "gone" ? "it is gone; the lock is freed" : "the lock is freed, as --force says";
  if (life === "gone") return "it is gone; the lock stays as long as another one holds";
  return `look there with 'ps -p ${pid}', on ${host}; if it is no pulumi, 'estate state unlock --force' frees the lock`;
}
