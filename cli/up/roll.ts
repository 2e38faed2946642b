import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { cleanCommit } from "../commit.ts";
import { estateFile } from "../estate-folder.ts";
import { journalFile, journalWriter, readJournal } from "../journal/journal.ts";
import { type HostStatus, heldBack, type RolloutStatus, rolloutStatus } from "../journal/status.ts";
import { policyFlags } from "../preview/policies.ts";
import { type Ran, runEngine } from "./engine.ts";
import { type EngineError, type EngineView, hostsToChange } from "./events.ts";
import { leftLine, type Outcome, outcomeOf } from "./outcome.ts";
import { whyFailed } from "./why.ts";

/** Milliseconds between signs of life of an update. */
const signOfLife = 5 * 60_000;

/** How one update is run. */
export interface Terms {
  readonly stack: string;
  /** Minutes after which no further host is begun. */
  readonly budget: number | undefined;
  /** Whether the policy pack judges it: what a preview did not know, the engine stops at. */
  readonly policies: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Told every second how far it is. */
  readonly watch: (status: RolloutStatus, engine: EngineView) => void;
}

/** What came of it. */
export interface Rolled {
  readonly update: string;
  readonly result: Outcome;
  /** Why it is not done; empty if it is. */
  readonly text: string;
  readonly hosts: readonly HostStatus[];
  /** Hosts that are yet to be changed, if it was held back. */
  readonly left: readonly string[];
  readonly errors: readonly EngineError[];
}

/** Runs `pulumi up` once, and keeps the journal of it. */
export async function roll(terms: Terms): Promise<Rolled> {
  const { stack } = terms;
  const update = randomBytes(4).toString("hex");
  const append = journalWriter(
    () => journalFile(stack),
    (line) => process.stderr.write(`${line}\n`),
  );
  const commit = await cleanCommit();
  const of = { stack, update, ...(commit === undefined ? {} : { commit }) };
  const journal = (state: "begun" | "waiting" | "done" | "failed", text: string) =>
    append({ time: new Date().toISOString(), ...of, step: "up", state, text: text.split("\n", 1)[0] ?? "" });
  const by = `by ${userInfo().username} on ${hostname()}`;
  journal("begun", by);
  const alive = setInterval(() => journal("begun", by), signOfLife);
  try {
    const rolled = await judge(terms, update, await runUpdate(terms, update));
    journal(rolled.result === "held" ? "waiting" : rolled.result, rolled.text);
    return rolled;
  } catch (error) {
    journal("failed", (error as Error).message);
    throw error;
  } finally {
    clearInterval(alive);
  }
}

const logOf = (stack: string) => estateFile(stack, "update.log");

async function runUpdate({ stack, budget, policies, environment, watch }: Terms, update: string): Promise<Ran> {
  const end: Readonly<Record<string, string>> =
    budget === undefined ? {} : { ESTATE_BUDGET_END: new Date(Date.now() + budget * 60_000).toISOString() };
  const judged = policies ? policyFlags(stack) : [];
  return runEngine({
    command: ["up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs", ...judged],
    environment: { ...environment, ...end, ESTATE_UPDATE: update },
    log: logOf(stack),
    watch: async (events) => watch(await statusOf(stack, update), events),
  });
}

async function judge({ stack }: Terms, update: string, { succeeded, stopped, events }: Ran): Promise<Rolled> {
  const { hosts } = await statusOf(stack, update);
  const { errors } = events;
  const held = heldBack({ hosts });
  const result = outcomeOf(succeeded, events, held);
  const left = result === "held" ? await hostsLeft(stack, held) : [];
  const texts = {
    done: async () => "",
    held: async () => leftLine(left, held),
    failed: () => whyFailed({ stack, stopped, errors, log: logOf(stack) }),
  };
  return { update, result, text: await texts[result](), hosts, left, errors: result === "failed" ? errors : [] };
}

async function statusOf(stack: string, update: string): Promise<RolloutStatus> {
  const entries = await readJournal(stack).catch(() => []);
  return rolloutStatus(
    entries.filter((entry) => entry.update === update),
    new Date(),
  );
}

/** What the next update would change; only those that were held back where the engine does not say. */
async function hostsLeft(stack: string, held: readonly HostStatus[]): Promise<readonly string[]> {
  const preview = { command: ["preview", "--stack", stack], log: estateFile(stack, "preview.log") };
  const { succeeded, events } = await runEngine(preview);
  const names = [...held.map(({ name }) => name), ...(succeeded ? hostsToChange(events) : [])];
  return [...new Set(names)].sort();
}
