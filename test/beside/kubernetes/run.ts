/** Runs all scenarios in the namespaces it was started in, and writes what came of each. Arguments: folder, binary, results file. */
import { writeFile } from "node:fs/promises";
import { Cluster } from "./cluster.ts";
import { scenarios } from "./scenarios.ts";

const [folder = "", binary = "", file = ""] = process.argv.slice(2);
const results: Record<string, { readonly outcome: string; readonly seconds: number }> = {};
const cluster = new Cluster(folder, binary);
await cluster.create();
for (const [name, scenario] of Object.entries(scenarios)) {
  const begun = Date.now();
  const outcome = await scenario(cluster).then(
    () => "passed",
    (error: Error) => error.stack ?? error.message,
  );
  results[name] = { outcome, seconds: Math.round((Date.now() - begun) / 100) / 10 };
  process.stderr.write(`${results[name].seconds} s  ${name}: ${outcome}\n`);
}
await writeFile(file, JSON.stringify(results));
process.exit(0);
