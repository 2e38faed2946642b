import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { mistakesOf } from "../../../cli/init/check.ts";
import { questions } from "../../../cli/init/questions.ts";
import { project } from "../../../local/place.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";

const read = (file: string) => parse(readFileSync(join(project, file), "utf8"));

test.each([
  ["private", "Pulumi.example.yaml", read("Pulumi.example.yaml").config["estate:estate"]],
  ["provider", "stacks/example-provider.yaml", read("stacks/example-provider.yaml")],
])("the example of mode %s is right", (mode, file, document) => {
  const facts = deriveFacts(parseEstate(document, file));
  expect(facts.network.mode).toBe(mode);
  expect(facts.pools.map(({ role, hosts }) => [role, hosts.length])).toEqual([
    ["orchestrator", 3],
    ["bbb", 2],
    ["worker", 1],
  ]);
  // a placeholder that nobody takes for a hash
  expect(facts.orchestrator.k3s.sha512).toBe("0".repeat(128));
});

test("the examples that questions show are right answers", () => {
  for (const mode of ["private", "provider"]) {
    const asked = questions.filter((question) => question.mode === undefined || question.mode === mode);
    const answers = Object.fromEntries(asked.map(({ key, example }) => [key, example]));
    expect(mistakesOf({ ...answers, mode }, questions)).toEqual([]);
  }
});
