import { drain } from "./gate/drain.ts";
import { openGate } from "./gate/open.ts";
import { check, ready } from "./gate/ready.ts";

/**
 * A gate of a host, run by the engine: `node cli/gate.ts ready | check | drain`, with HOST, SERVER_ID and STACK in the
 * environment. It ends with 0, or says what is wrong, why, and what to do, and ends with 1.
 */
const actions: Readonly<Record<string, typeof ready>> = { ready, check, drain };

const action = actions[process.argv[2] ?? ""];
if (action) {
  await openGate(process.env)
    .then(action)
    .catch((error: Error) => {
      process.stderr.write(`${error.name === "Trouble" ? error.message : error.stack}\n`);
      process.exitCode = 1;
    });
} else {
  process.stderr.write("usage: node cli/gate.ts ready | check | drain\n");
  process.exitCode = 2;
}
// A request that never got its answer must not keep the engine waiting.
process.exit();
