/** A stack of its own knows of the estate what the estate's stack says of itself, through the state that both have, and builds on it. */
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { project } from "../../local/place.ts";
import { here, run, serverIds } from "./estate.ts";

const stack = `${here.stack}-consumer`;
const from = (...file: readonly string[]) => JSON.stringify(join(project, ...file));
const program = `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Hello } from ${from("apps", "hello", "component.ts")};
import { readFacts } from ${from("stacks", "published.ts")};
import { versions } from ${from("stacks", "versions.ts")};

const estate = new pulumi.StackReference("organization/estate/${here.stack}");
const facts = readFacts(estate);
export const read = facts;
export const kubeconfig = facts.credentials.kubeconfig.output;

const provider = new kubernetes.Provider("orchestrator", { kubeconfig: estate.requireOutput(kubeconfig) });
const namespace = new kubernetes.core.v1.Namespace("guest", { metadata: { name: "guest" } }, { provider });
const name = namespace.metadata.name;
new Hello("hello", { namespace: name, image: versions.hello, replicas: 2, callers: ["10.20.0.0/24"], after: [] }, { providers: [provider] });
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
    JSON.stringify({
      name: "consumer",
      type: "module",
      main: "index.ts",
      dependencies: { "@pulumi/kubernetes": "*", "@pulumi/pulumi": "*" },
    }),
  );
  await writeFile(join(folder, "index.ts"), program);
  await symlink(join(project, "node_modules"), join(folder, "node_modules"));
});
afterAll(async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
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

test("an application of ours is built in that stack, on the estate's orchestrator, and goes with it", async () => {
  const deployment = ["get", "deployment", "hello", "--namespace", "guest", "--output"];
  expect(await run("kubectl", ...deployment, "jsonpath={.status.readyReplicas}")).toBe("2");
  const preview = await pulumi("preview", "--expect-no-changes", "--diff");
  expect(preview.exitCode, preview.all).toBe(0);
  const destroy = await pulumi("destroy", "--yes", "--skip-preview");
  expect(destroy.exitCode, destroy.all).toBe(0);
  const namespaces = await run("kubectl", "get", "namespaces", "--output", "name");
  expect(namespaces.split("\n")).not.toContain("namespace/guest");
});
