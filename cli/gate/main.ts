import { journalFile, journalWriter } from "../journal/journal.ts";
import { textOf } from "../report.ts";
import { drain } from "./drain.ts";
import { gateJournal } from "./journal.ts";
import { nameGate, openGate } from "./open.ts";
import { check, ready } from "./ready.ts";
import { runGate } from "./run.ts";

/** What the engine runs beside a host; see `cli/gate.ts`. */
const actions = {
  drain: { act: drain, step: "drain" },
  ready: { act: ready, step: "ready" },
  // not a step of a roll: its host was not touched
  check: { act: check, step: undefined },
} as const;

async function main({ act, step }: (typeof actions)[keyof typeof actions]): Promise<void> {
  const { env } = process;
  const named = nameGate(env);
  const { host, serverId: server, stack } = named;
  const append = journalWriter(
    () => journalFile(stack, env),
    (line) => process.stderr.write(`${host}: ${line}\n`),
  );
  const { ESTATE_UPDATE: update } = env;
  const about = { stack, host, server, ...(update ? { update } : {}) };
  const journal = gateJournal(step ? append : () => undefined, about, step ?? "ready");
  // so does the engine when its operator stops it
  process.once("SIGTERM", () => {
    journal.end("failed", "it was stopped");
    process.exit(1);
  });
  if (step) journal.begin(step);
  await runGate(journal, () => openGate(named, env, journal), act);
}

const action = Object.entries(actions).find(([name]) => name === process.argv[2])?.[1];
if (action) {
  await main(action).catch((error: unknown) => {
    process.stderr.write(`${textOf(error)}\n`);
    process.exitCode = 1;
  });
} else {
  process.stderr.write("usage: node cli/gate.ts ready | check | drain\n");
  process.exitCode = 2;
}
// A request that never got its answer must not keep the engine waiting.
process.exit();
