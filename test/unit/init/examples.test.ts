import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { mistakesOf } from "../../../cli/init/check.ts";
import { questions } from "../../../cli/init/questions.ts";
import { project } from "../../../local/place.ts";
import { applications } from "../../../stacks/applications.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { Image } from "../../../stacks/schema/image.ts";
import { Orchestrator } from "../../../stacks/schema/orchestrator.ts";
import { Role } from "../../../stacks/schema/role.ts";
import { runsOf, workloads } from "../../../stacks/schema/workload.ts";
import { bbbImages } from "../apps/documents.ts";
import { keys } from "../stacks/administrators.ts";
import { authority } from "../stacks/authority.ts";

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

/** The annotated example with every setting that it leaves out: a line that begins with `#` and no space, or goes on with such a block. */
function everySetting() {
  let inside = false;
  const lines = readFileSync(join(project, "Pulumi.example.yaml"), "utf8").split("\n");
  const shown = lines.map((line) => {
    const [, indent = "", text = ""] = /^( +)#(.*)$/.exec(line) ?? [];
    inside = /^\S/.test(text) || (inside && text.startsWith("  "));
    return inside ? `${indent}${text}` : line;
  });
  return parse(shown.join("\n")).config["estate:estate"];
}

/** Writes what only the operator can know. */
function filledIn() {
  const document = everySetting();
  const { image, logs, orchestrator, admins, apps } = document;
  admins.keys.anna = keys.anna;
  // of two ways to say it, the other one
  delete image.name;
  delete apps.recordings.share;
  logs.caCert = authority;
  orchestrator.k3s.images.sha512 = "0".repeat(128);
  const digest = (name: string) => name.replace(/@sha256:\.\.\.$/, `@sha256:${"0".repeat(64)}`);
  for (const one of [apps.greenlight, apps.registrator, apps.monitoring.processExporter]) one.image = digest(one.image);
  for (const [part, name] of Object.entries<string>(apps.scalelite.images)) apps.scalelite.images[part] = digest(name);
  for (const [part, name] of Object.entries<string>(apps.bbb.images)) apps.bbb.images[part] = digest(name);
  apps.bbb.images = { ...bbbImages, ...apps.bbb.images };
  return document;
}

test("the annotated example with all that it leaves out is right, once the operator has written what only they know", () => {
  const facts = deriveFacts(parseEstate(filledIn(), "all of Pulumi.example.yaml"));
  expect(facts.apps.map(({ name }) => name).sort()).toEqual(Object.keys(applications).sort());
});

test("the annotated example has all there is to say: every workload, and every setting of roles, image, orchestrator and applications", () => {
  const document = everySetting();
  const roles = Object.entries<Record<string, never>>(document.roles);
  expect([...new Set(roles.flatMap(([name, role]) => runsOf(name, role)))].sort()).toEqual([...workloads].sort());
  const said = new Set(roles.flatMap(([, role]) => Object.keys(role)));
  // it has several sites, where hosts are named; it tells of the other way
  expect(Object.keys(Role.shape).filter((key) => !said.has(key))).toEqual(["count"]);
  expect(Object.keys(document.image).sort()).toEqual(Object.keys(Image.shape).sort());
  expect(Object.keys(document.orchestrator).sort()).toEqual(Object.keys(Orchestrator.shape).sort());
  for (const [name, { settings }] of Object.entries(applications))
    expect(Object.keys(document.apps[name]), name).toEqual(expect.arrayContaining(Object.keys(settings)));
});

test("the examples that questions show are right answers", () => {
  for (const mode of ["private", "provider"]) {
    const asked = questions.filter((question) => question.mode === undefined || question.mode === mode);
    const answers = Object.fromEntries(asked.map(({ key, example }) => [key, example]));
    expect(mistakesOf({ ...answers, mode }, questions)).toEqual([]);
  }
});
