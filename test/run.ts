/**
 * Everything there is to test, in the order of how soon it tells: types and style, unit and graph tests, the Go programs' own
 * tests beside pages in a browser, then the engine tests on a local cloud of their own (`.local-test`), which stops when they end: those of
 * the first estate, those beside it, and those of plugins alone and then of the machine: three lanes at the same time, since most of it
 * is spent waiting.
 *
 * `--fast` leaves the local cloud out; `--long` runs on it what takes too long for every commit, and nothing else.
 *
 * Ends with what failed, by name, and `N passed, N failed, N skipped`, counted from what the runners report. Exit code 1 if anything
 * failed or was skipped (it says in which suite), or nothing ran.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { keepCompiled } from "../local/compile-cache.ts";
import { ensureCompose } from "../local/compose/compose.ts";
import { namespaces } from "../local/daemon/launch.ts";
import { ensurePackages } from "../local/debian/install.ts";
import { testPackages } from "../local/debian/packages.ts";
import { findGo, goFlags } from "../local/go.ts";
import { ensureObjects } from "../local/objects/objects.ts";
import { place, project } from "../local/place.ts";
import { findBrowser } from "./browser/browser.ts";
import { add, goCount, none, type Suite, verdict, vitestCount, vitestFailures } from "./count.ts";

keepCompiled();
const reports = await mkdtemp(join(tmpdir(), "estate-test-"));
const data = join(project, ".local-test");
const environment = {
  ESTATE_DATA: data,
  // where the suite of the kubernetes plugin may write: the estate's own orchestrator
  ESTATE_TEST_KUBECONFIG: join(data, "kubeconfig"),
  PATH: `${join(project, "node_modules", ".bin")}:${process.env.PATH}`,
};
const modules = ["language-host", "openstack", "kubernetes", "command"].map((name) => `local/engine/${name}`);

const within = ["cli/estate", "local", "exec", "--"];
/**
 * They compare processes and sockets before and after: in namespaces of their own they see those of their stack (`.local-machine`), and
 * of no other work.
 */
const machine = ["env", `ESTATE_DATA=${join(project, ".local-machine")}`];
const unshared = ["unshare", ...namespaces, "sh", "-c", 'ip link set lo up && "$@"', "sh"];
const alone = [...machine, ...unshared];
const say = (line: string) => void process.stdout.write(`${line}\n`);
const long = process.argv.includes("--long");
const suites: Suite[] = [];
if (long) suites.push(...(await onCloud(async () => [await vitest("long", within)])));
else {
  suites.push(...(await program()));
  if (process.argv.includes("--fast")) suites.push(...(await goPrograms()));
  else {
    // Go's tests wait, mostly
    const [programs, browser] = await Promise.all([goPrograms(), pages()]);
    suites.push(...programs, browser);
    // they are built here, where modules can be fetched, and not in the stack's namespaces; what fails, its test says again
    for (const ensure of [ensureObjects, ensureCompose])
      await ensure(place({ ...process.env, ...environment }), say).catch((error: Error) => say(error.message));
    suites.push(...(await onCloud(lanes)));
  }
}
await rm(reports, { recursive: true, force: true });
const { lines, succeeded } = verdict(suites);
process.stdout.write(`${lines.join("\n")}\n`);
process.exitCode = succeeded ? 0 : 1;

async function lanes(): Promise<Suite[]> {
  const others = async () => {
    const plugins = await vitest("plugins", within);
    await run([...machine, "cli/estate", "local", "reset"]);
    return [plugins, await vitest("machine", alone)];
  };
  const [engine, beside, rest] = await Promise.all([vitest("engine", within), vitest("beside", within), others()]);
  return [engine, beside, ...rest];
}

/** What needs no machine: types, style, unit and graph tests. */
async function program(): Promise<Suite[]> {
  const read = [check("types", ["tsc", "--noEmit"]), check("style", ["biome", "check", "."])];
  return [...(await Promise.all(read)), await vitest("unit", [])];
}

async function goPrograms(): Promise<Suite[]> {
  const done: Suite[] = [];
  for (const folder of [...modules, "local/kubernetes"]) done.push(await goTests(folder));
  return done;
}

/** Maps and the feedback page in a real browser, without a network but loopback. Where there is no browser, they say so. */
async function pages(): Promise<Suite> {
  try {
    findBrowser(process.env);
  } catch {
    await ensurePackages(say, { yes: true, wanted: testPackages }).catch((error: Error) => say(error.message));
  }
  return vitest("browser", unshared);
}

async function check(name: string, command: readonly string[]): Promise<Suite> {
  heading(name);
  return { name, count: { ...none, [(await run(command)) ? "passed" : "failed"]: 1 } };
}

async function vitest(name: string, before: readonly string[]): Promise<Suite> {
  const title = `${name} tests`;
  heading(title);
  const report = join(reports, `${name}.json`);
  const command = [
    "vitest",
    "run",
    "--project",
    name,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const succeeded = await run([...before, ...command]);
  const read = existsSync(report) ? JSON.parse(await readFile(report, "utf8")) : undefined;
  const count = read ? vitestCount(read) : none;
  const failures = read ? vitestFailures(read).map((failure) => failure.replace(`${project}/`, "")) : [];
  // a runner that fails without a failed test (a file that does not load, an unhandled error) is a failure of its own
  const whole = succeeded || count.failed > 0;
  return { name: title, count: whole ? count : add(count, { ...none, failed: 1 }), failures };
}

async function goTests(folder: string): Promise<Suite> {
  const name = `Go tests of ${folder}`;
  heading(name);
  const cwd = join(project, folder);
  const { environment: env } = await findGo(cwd);
  // as the programs are built, so that nothing is compiled twice; vet would read all of Kubernetes each time
  const result = await execa("go", ["test", ...goFlags, "-vet=off", "-json", "./..."], { cwd, env, reject: false });
  const { count, failures, output } = goCount(result.stdout);
  if (result.failed) process.stdout.write(`${output}\n${result.stderr}\n`);
  const whole = !result.failed || count.failed > 0;
  return { name, count: whole ? count : add(count, { ...none, failed: 1 }), failures };
}

async function onCloud(tests: () => Promise<Suite[]>): Promise<Suite[]> {
  heading("the local cloud");
  await run(["cli/estate", "local", "reset"]);
  const started = await run(["cli/estate", "local", "up", "--yes", "--no-estate"]);
  try {
    if (!started) return [{ name: "the local cloud", count: { ...none, failed: 1 } }];
    return await tests();
  } finally {
    await run(["cli/estate", "local", "down"]);
  }
}

async function run([program = "", ...args]: readonly string[]): Promise<boolean> {
  const result = await execa(program, args, {
    cwd: project,
    env: environment,
    reject: false,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return !result.failed;
}

function heading(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}
