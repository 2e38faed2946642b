/** Runs inside namespaces of its own (turn.test.ts starts it): makes hosts, tries a turnserver, writes what it found as JSON. */
import { writeFileSync } from "node:fs";
import { peersOf } from "../../../apps/coturn/hosts.ts";
import { TurnClient } from "./client.ts";
import { echo, hosts, makeNetwork } from "./network.ts";
import { credentialOf, echoPort, scenarios, soon } from "./scenarios.ts";
import { TurnServer } from "./server.ts";

await makeNetwork();
const echoes = [echo("bbb", echoPort), echo("other", echoPort)];
const turn = await TurnServer.start(peersOf([hosts.bbb]), "old.example.org");
const results: Record<string, string> = {};
try {
  await soon(() => turn.ready(), "the server answers");
  const live = await TurnClient.open({ address: hosts.turn.announced, port: 3478 });
  await soon(async () => typeof (await live.allocate(credentialOf(0))) === "object", "a relay is given");
  for (const [name, scenario] of Object.entries(scenarios))
    results[name] = await scenario({ turn, live }).then(
      () => "passed",
      (error: Error) => error.stack ?? error.message,
    );
  live.close();
} catch (error) {
  results.failed = `${error instanceof Error ? error.message : error}\n${turn.said}`;
} finally {
  writeFileSync(process.argv[2] ?? "", JSON.stringify({ ...results, said: turn.said }));
  for (const one of echoes) one.kill();
  await turn.stop();
}
