/** `estate init` with the real command line of Pulumi, a backend of its own and a passphrase of its own, in a copy of the program. */
import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePolicy } from "../../cli/gate/policy.ts";
import { project } from "../../local/place.ts";
import { type Secrets, secretNames } from "../../stacks/secrets.ts";
import { copyProgram, discard } from "../engine/estate.ts";

let copy: string;
let state: string;
const stackFile = () => join(copy, "Pulumi.example.yaml");

beforeAll(async () => {
  copy = await copyProgram();
  state = await mkdtemp(join(tmpdir(), "estate-init-"));
});
afterAll(async () => {
  await discard(copy);
  await rm(state, { recursive: true, force: true });
});

async function run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const own = {
    ...{ PULUMI_BACKEND_URL: `file://${state}`, PULUMI_HOME: join(state, "home") },
    ...{ PULUMI_CONFIG_PASSPHRASE: "of a test", PULUMI_CONFIG_PASSPHRASE_FILE: undefined },
  };
  const env = { ...own, ...environment };
  return execa(program, args, { cwd: copy, env, all: true, stdin: "ignore", reject: false });
}

const flags = [
  ...["--zone", "meet.example.org", "--external", "public", "--admin", "office=198.51.100.0/24"],
  ...["--nameserver", "cloud=192.0.2.53", "--download", "mirror=192.0.2.80/32:443", "--image", "flatcar"],
  ...["--flavor", "orchestrator=m1.medium", "--flavor", "bbb=m1.large", "--flavor", "worker=m1.small"],
  ...["--k3s-url", "https://mirror.example.org/k3s", "--k3s-sha512", "ab".repeat(64)],
];
const init = (stack: string, more: readonly string[] = [], environment?: NodeJS.ProcessEnv) =>
  run(process.execPath, ["cli/main.ts", "init", "--stack", stack, ...more], environment);

/** Document and secrets, as gates read them; it throws when a secret that they need is missing. */
async function policy(stack: string) {
  const { stdout, exitCode } = await run("pulumi", ["config", "--stack", stack, "--show-secrets", "--json"]);
  expect(exitCode).toBe(0);
  const settings: Record<string, { readonly value?: string }> = JSON.parse(stdout);
  const secrets = secretNames.map((name) => [name, settings[`estate:${name}`]?.value ?? ""] as const);
  return { ...parsePolicy(stdout, stack), secrets: Object.fromEntries(secrets) as Secrets };
}

test("what cannot be encrypted is not written", async () => {
  const refused = await init("example", flags, { PULUMI_CONFIG_PASSPHRASE: undefined });
  expect(refused.exitCode).toBe(1);
  expect(refused.all).toMatch(/passphrase must be set/);
  expect((await readdir(copy)).filter((name) => name.startsWith("Pulumi."))).toEqual(["Pulumi.yaml"]);
});

test("a new stack has its document and every secret, none of them in clear", async () => {
  const done = await init("example", [...flags, "--json"]);
  expect(done.exitCode, done.all).toBe(0);
  expect(JSON.parse(done.stdout)).toEqual({ stack: "example", file: stackFile(), made: [...secretNames], kept: [] });
  const { facts, secrets } = await policy("example");
  expect(facts.zone).toBe("meet.example.org");
  expect((await stat(stackFile())).mode & 0o777).toBe(0o600);
  const readable = `${await readFile(stackFile(), "utf8")}${done.all}`;
  const lines = Object.values(secrets).flatMap((secret) =>
    secret.split("\n").filter((line) => !line.startsWith("---")),
  );
  // counted: a failed expectation would print them
  expect(lines.filter((line) => line !== "" && readable.includes(line))).toHaveLength(0);
});

test("a second run changes no byte", async () => {
  const before = await readFile(stackFile());
  const again = await init("example", [...flags, "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ made: [], kept: [...secretNames] });
  expect((await readFile(stackFile())).equals(before)).toBe(true);
});

test("only what is missing is made, and what is there stays as it is", async () => {
  const before = (await policy("example")).secrets;
  await run("pulumi", ["config", "rm", "estate:agentToken", "--stack", "example"]);
  const again = await init("example", ["--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ made: ["agentToken"] });
  const after = (await policy("example")).secrets;
  expect(secretNames.filter((name) => after[name] !== before[name])).toEqual(["agentToken"]);
});

test("the annotated example gets its secrets, and keeps its comments", async () => {
  await cp(join(project, "Pulumi.example.yaml"), join(copy, "Pulumi.mine.yaml"));
  const done = await init("mine");
  expect(done.exitCode, done.all).toBe(0);
  expect((await policy("mine")).facts.zone).toBe("meet.example.org");
  const stored = JSON.parse(await run("pulumi", ["config", "--stack", "mine", "--json"]).then(({ stdout }) => stdout));
  // those of its applications too, whose names have a dot
  expect(stored["estate:feedback.linkSecret"]).toMatchObject({ secret: true });
  const comments = (text: string) => text.split("\n").filter((line) => line.trim().startsWith("#")).length;
  const [example, mine] = [join(project, "Pulumi.example.yaml"), join(copy, "Pulumi.mine.yaml")];
  expect(comments(await readFile(mine, "utf8"))).toBe(comments(await readFile(example, "utf8")));
});
