/** A stack of its own knows of the estate what the estate's stack says of itself, through the state that both have. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { project } from "../../local/place.ts";
import { here, run, serverIds } from "./estate.ts";

const stack = `${here.stack}-consumer`;
const program = `
import * as pulumi from "@pulumi/pulumi";
import { readFacts } from ${JSON.stringify(join(project, "stacks", "published.ts"))};
const facts = readFacts(new pulumi.StackReference("organization/estate/${here.stack}"));
export const read = facts;
export const kubeconfig = facts.credentials.kubeconfig.output;
`;

let folder: string;
const pulumi = (...args: readonly string[]) =>
  execa("pulumi", [...args, "--stack", stack, "--non-interactive", "--color=never"], {
    ...{ cwd: folder, reject: false, all: true, stdin: "ignore" },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-consumer-"));
  await writeFile(
    join(folder, "Pulumi.yaml"),
    "name: consumer\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", type: "module", main: "index.ts", dependencies: { "@pulumi/pulumi": "*" } }),
  );
  await writeFile(join(folder, "index.ts"), program);
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
});
afterAll(async () => {
  await pulumi("stack", "rm", "--yes", "--force");
  await rm(folder, { recursive: true, force: true });
});

test("another stack reads the facts: every server, its addresses, and where credentials are, but none of them", async () => {
  const made = await pulumi("stack", "init");
  expect(made.exitCode, made.all).toBe(0);
  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up.exitCode, up.all).toBe(0);
  const { read, kubeconfig } = JSON.parse((await pulumi("stack", "output", "--json")).stdout) as {
    readonly read: { readonly hosts: Readonly<Record<string, unknown>> };
    readonly kubeconfig: string;
  };
  const output = ["stack", "output", "facts", "--json", "--stack", here.stack];
  expect(read).toEqual(JSON.parse((await execa("pulumi", output, { cwd: project, stdin: "ignore" })).stdout));
  expect(Object.keys(read.hosts).sort()).toEqual(Object.keys(await serverIds()).sort());
  expect(await run("pulumi", "stack", "output", kubeconfig, "--show-secrets", "--stack", here.stack)).toContain(
    "client-key-data",
  );
  expect(JSON.stringify(read)).not.toContain("client-key-data");
});
