import { delimiter } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { type Engine, ensureEngine } from "../../local/engine/engine.ts";
import { place } from "../../local/place.ts";
import { versions } from "../../stacks/versions.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await ensureEngine(place(), () => undefined);
}, 1_200_000);

const run = (program: string, ...words: string[]) =>
  execa(program, words, {
    all: true,
    env: { PULUMI_HOME: engine.home, PATH: [engine.bin, process.env.PATH].join(delimiter) },
  });

test("the CLI knows its version", async () => {
  expect((await run("pulumi", "version")).stdout).toBe(`v${versions.pulumi}`);
});

test("the CLI finds the plugins that the npm packages ask for", async () => {
  const plugins = JSON.parse((await run("pulumi", "plugin", "ls", "--json")).stdout) as {
    name: string;
    version: string;
  }[];
  for (const { name, version } of engine.pieces.slice(2))
    expect(plugins).toContainEqual(expect.objectContaining({ name, version }));
});

test("a second time nothing is built", async () => {
  const said: string[] = [];
  expect(await ensureEngine(place(), (line) => said.push(line))).toEqual(engine);
  expect(said).toEqual([]);
});

test("the openstack plugin gives the schema of the npm package", async () => {
  const { stdout } = await run("pulumi", "package", "get-schema", "openstack");
  const schema = JSON.parse(stdout) as { version: string; resources: Record<string, unknown> };
  expect(schema.version).toBe(engine.pieces.find(({ name }) => name === "openstack")?.version);
  expect(Object.keys(schema.resources)).toContain("openstack:compute/instance:Instance");
});
