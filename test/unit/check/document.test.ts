import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { chooseStack, readFacts } from "../../../cli/check/document.ts";
import { place, project } from "../../../local/place.ts";
import { plainDocument } from "../stacks/fixtures.ts";

// git ignores files of this name
const stack = `local-document-${process.pid}`;
const file = join(project, `Pulumi.${stack}.yaml`);

beforeEach(() => {
  vi.stubEnv("ESTATE_INSIDE", "");
  vi.stubEnv("PATH", "/nowhere");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(file, { force: true });
});

test("the stack is the one that is named, else that of the environment, else the local one inside it", async () => {
  expect(await chooseStack("prod", { PULUMI_STACK: "other" })).toBe("prod");
  expect(await chooseStack(undefined, { PULUMI_STACK: "organization/estate/prod" })).toBe("prod");
  const environment = { ESTATE_DATA: ".local-mine" };
  vi.stubEnv("ESTATE_INSIDE", place(environment).id);
  expect(await chooseStack(undefined, environment)).toBe("local-mine");
});

test("where none is, it says how to name one", async () => {
  await writeFile(file, "");
  await expect(chooseStack(undefined, {})).rejects.toThrow(
    new RegExp(`^no stack is selected: name it with --stack or in PULUMI_STACK \\(there are files of: .*${stack}`),
  );
});

test("the document is YAML, or JSON as 'pulumi config set' writes it; no secret is needed", async () => {
  await writeFile(file, JSON.stringify({ config: { "estate:estate": plainDocument() } }));
  const facts = await readFacts(stack);
  expect(facts.zone).toBe("estate.test");
  await writeFile(file, JSON.stringify({ config: { "estate:estate": JSON.stringify(plainDocument()) } }));
  expect(await readFacts(stack)).toEqual(facts);
});

test("a file without a document, one that cannot be read, and none at all are told apart from mistakes", async () => {
  await expect(readFacts(stack)).rejects.toThrow(`Pulumi.${stack}.yaml has no estate:estate, the estate document`);
  await writeFile(file, "config: {}");
  await expect(readFacts(stack)).rejects.toThrow("has no estate:estate");
  await writeFile(file, "config: [");
  await expect(readFacts(stack)).rejects.toThrow(`Pulumi.${stack}.yaml cannot be read: `);
});
