/**
 * How long everything takes, and how much memory: the program alone; `npm run local`; and `up`, then a preview, a drift check and a
 * refresh that have nothing to do, of estates of 10 and 100 hosts on the local cloud: some 100 and 1,000 managed resources. Tables on standard output, progress on standard error.
 *
 * `--hosts 10,100` names other sizes of estates, `--skip program,local` leaves out what was measured before (so that one that was
 * stopped goes on: `--skip program,local --hosts 100`), `--json` prints one JSON document, `--cold` begins with empty caches.
 *
 * The stack is `.local-bench`, and is deleted in the end, after a failure and after Ctrl-C as well; what was measured until then is
 * printed. Exit code 1 when something failed, or the program takes more than it may.
 */
import { availableParallelism, totalmem } from "node:os";
import { Trouble } from "../../local/say.ts";
import { type EstateMeasured, measureEstate } from "./estates.ts";
import { gib, measureLocal } from "./local.ts";
import { type Options, readOptions } from "./options.ts";
import { measureProgram } from "./program.ts";
import { type Measured, renderReport } from "./report.ts";
import { openBench } from "./stack.ts";

const began = Date.now();
const say = (line: string) => process.stderr.write(`bench ${Math.round((Date.now() - began) / 1000)} s: ${line}\n`);

const estates: EstateMeasured[] = [];
const measured: { -readonly [Key in keyof Measured]: Measured[Key] } = {
  ...{ cores: availableParallelism(), machineGiB: gib(totalmem()), estates },
};

try {
  const options = readOptions(process.argv.slice(2));
  const { json } = options;
  await measureAll(options).finally(() =>
    process.stdout.write(`${json ? JSON.stringify(measured, null, 2) : renderReport(measured)}\n`),
  );
} catch (error) {
  say(error instanceof Trouble ? error.message : String((error as Error).stack));
  process.exitCode = 1;
}

async function measureAll({ hosts, cold, skip }: Options): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const faults = skip.includes("program") ? [] : await measureAlone();
  const bench = await openBench(cold, stop.signal);
  try {
    if (stop.signal.aborted) throw new Trouble("stopped");
    if (!skip.includes("local")) {
      say("the estate on this machine");
      measured.local = await measureLocal(bench, cold);
    }
    for (const size of hosts) await measureEstate(bench, size, say, (one) => estates.push(one));
  } finally {
    say("deleting the stack");
    await bench.clean().catch((error: Error) => {
      say(error.message);
      process.exitCode = 1;
    });
  }
  if (faults.length > 0) throw new Trouble(faults.join("\n"));
}

/** What the program takes more than it may, a line each. */
async function measureAlone(): Promise<readonly string[]> {
  say("the program alone");
  const { rows, faults } = await measureProgram();
  measured.program = rows;
  return faults;
}
