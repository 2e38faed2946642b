/** What the engine tests do to the estate of the test's own stack. They run inside the stack's namespaces. */
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { readStackFile, writeStackFile } from "../../cli/stack-file.ts";
import { connect, type OpenStack } from "../../local/openstack-client/client.ts";
import { readCloud } from "../../local/openstack-client/clouds.ts";
import { place, project } from "../../local/place.ts";
import { type Secrets, secretNames } from "../../stacks/secrets.ts";
import { urnParts } from "../../stacks/urn.ts";

export const here = place();

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

/** Runs the Pulumi command line on a stack, in the project or a copy of it. */
export async function pulumi(command: readonly string[], directory = project, stack = here.stack): Promise<Ran> {
  return ran("pulumi", [...command, "--stack", stack, "--non-interactive", "--color=never"], directory);
}

/** The flag by which the engine writes what it tells, an event a line, into a file. */
export const eventLog = (file: string) => ["--event-log", file] as const;

/** Runs `estate ...` on a stack, that of the project or of a copy of it. */
export async function estate(args: readonly string[], directory = project, stack = here.stack): Promise<Ran> {
  return ran(join(directory, "cli", "estate"), [...args, "--stack", stack], directory);
}

/**
 * No command of these tests takes longer than 15 minutes, or what the tests' project sets: one that does is ended, so that the test fails
 * with what it has said, and not with nothing.
 */
export const longest = { timeout: Number(process.env.ESTATE_TEST_MINUTES ?? 15) * 60_000 };

async function ran(program: string, args: readonly string[], directory: string): Promise<Ran> {
  // the engine has the flag for its event log for those alone who ask for it so
  const env = { PULUMI_DEBUG_COMMANDS: "true" };
  const result = await execa(program, args, {
    ...longest,
    cwd: directory,
    env,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  const { exitCode = -1, stdout, stderr, all: text } = result;
  return { exitCode, stdout, stderr, text };
}

/** What an `up` would do, from the engine's preview: `create openstack:compute/instance:Instance worker-04`. */
export async function planned(directory = project, stack = here.stack): Promise<string[]> {
  const args = ["preview", "--json", "--stack", stack, "--non-interactive"];
  const { steps } = JSON.parse((await execa("pulumi", args, { cwd: directory, stdin: "ignore" })).stdout) as {
    readonly steps: readonly { readonly op: string; readonly urn: string }[];
  };
  return steps
    .filter(({ op }) => op !== "same" && op !== "read")
    .map(({ op, urn }) => {
      const { type, name } = urnParts(urn);
      return `${op} ${type} ${name}`;
    })
    .sort();
}

/** The configuration of a stack, secrets in clear. */
export async function configuration(
  stack = here.stack,
): Promise<Record<string, { readonly value: string; readonly secret: boolean }>> {
  return JSON.parse(await run("pulumi", "config", "--stack", stack, "--show-secrets", "--json"));
}

/** The secrets of a stack, in clear. */
export async function secretsOf(stack = here.stack): Promise<Secrets> {
  const config = await configuration(stack);
  return Object.fromEntries(secretNames.map((name) => [name, config[`estate:${name}`]?.value ?? ""])) as Secrets;
}

/**
 * Ids of the servers whose names begin so, by name. Nova says DELETED of a server a moment before it no longer lists it, and the provider
 * goes by that.
 */
export async function serverIds(prefix = ""): Promise<Record<string, string>> {
  const openstack = await cloud();
  type Server = { readonly id: string; readonly name: string; readonly status: string };
  const servers = await openstack.list<Server>("compute", "/servers/detail", "servers");
  const own = servers.filter(({ name, status }) => name.startsWith(prefix) && status !== "DELETED");
  return Object.fromEntries(own.map(({ id, name }) => [name, id]));
}

/** Runs any command; fails the test when it fails. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  return (await execa(program, args, longest)).stdout;
}

export async function kubectl<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await run("kubectl", ...args, "--output", "json")) as T;
}

/** The cloud as the user of these tests sees it: each of the two projects of tests has one. */
export async function cloud(): Promise<OpenStack> {
  return connect(await readCloud(process.env.OS_CLIENT_CONFIG_FILE ?? "", "estate"));
}

export interface Role {
  hosts: Record<string, Record<string, unknown>>;
  rollout: Record<string, unknown>;
  labels?: Record<string, string>;
  volumes?: Record<string, { sizeGiB: number; path: string }>;
}

export interface Document {
  admins: { cidrs: Record<string, string>; keys?: Record<string, string> };
  network: { reverseRanges?: Record<string, string> };
  sites: Record<string, { cidr?: string; availabilityZone?: string; reverseZone?: boolean }>;
  image: { name: string };
  roles: Record<string, Role>;
  removal?: { volumes: Record<string, "keep" | "delete"> };
}

/** Changes the estate document of the test's stack. */
export async function editDocument(edit: (document: Document) => void): Promise<void> {
  const file = await readStackFile(here.stack);
  edit(file.config?.["estate:estate"] as Document);
  await writeStackFile(here.stack, file);
}

/** A copy of the program, with the same stack file, in which one text of one file is another: mistakes that no document can hold. */
export async function brokenProgram(file: string, from: string, to: string, stack = here.stack): Promise<string> {
  const copy = await copyProgram();
  const stackFile = `Pulumi.${stack}.yaml`;
  await symlink(join(project, stackFile), join(copy, stackFile));
  const text = await readFile(join(copy, file), "utf8");
  if (!text.includes(from)) throw new Error(`${file} no longer holds: ${from}`);
  await writeFile(join(copy, file), text.replace(from, to));
  return copy;
}

/** A copy of the program, without any stack file. */
export async function copyProgram(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "estate-copy-"));
  const kept = (await readdir(project)).filter(
    (name) => !/^(\.local.*|\.git|node_modules|test|Pulumi\..+)$/.test(name),
  );
  // a lock file that is newer than node_modules would have all packages installed anew, into this project's own folder
  const whole = { recursive: true, preserveTimestamps: true };
  for (const name of [...kept, "Pulumi.yaml"]) await cp(join(project, name), join(copy, name), whole);
  await symlink(join(project, "node_modules"), join(copy, "node_modules"));
  return copy;
}

export async function discard(copy: string): Promise<void> {
  await rm(copy, { recursive: true, force: true });
}
