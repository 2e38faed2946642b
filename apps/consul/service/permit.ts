import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectConsul } from "./client.ts";
import { repeat, say } from "./loop.ts";
import { permit, readRights } from "./rights.ts";

/** Makes the server beside it know who may do what: after its first start, after a change, and when its data was lost. */
const { CONSUL_URL: url, CONSUL_RIGHTS: file, CONSUL_RUN: run } = process.env;
if (!url || !file || !run)
  throw new Error("CONSUL_URL (an address), CONSUL_RIGHTS (a file) and CONSUL_RUN (a folder) must be set");

await repeat(10, async () => {
  try {
    const rights = readRights(readFileSync(file, "utf8"));
    for (const done of await permit(
      connectConsul(url, () => rights.management),
      rights,
    ))
      say({ event: "permitted", done });
    writeFileSync(join(run, "kept"), "");
  } catch (error) {
    say({ event: "failed", error: (error as Error).message });
  }
});
