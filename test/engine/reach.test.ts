/** Who reaches whom in the first estate, with packets between its hosts, and from outside. */
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStackFile } from "../../cli/stack-file.ts";
import { addresses } from "../../local/addresses.ts";
import { deriveFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { here, run } from "./estate.ts";
import { reach } from "./reach/reach.ts";

/** An address outside that no administrator has. */
const world = "203.0.113.254";
const onBridge = [`${world}/32`, "dev", addresses.external.bridge];

beforeAll(async () => void (await run("ip", "address", "replace", ...onBridge)));
afterAll(async () => void (await execa("ip", ["address", "delete", ...onBridge], { reject: false })));

test("what the port catalogue allows connects, and nothing else does", async () => {
  const { config } = await readStackFile(here.stack);
  const facts = deriveFacts(parseEstate(config?.["estate:estate"], here.stack));
  const { tried, wrong } = await reach(facts, { admin: addresses.external.gateway, world });
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});
