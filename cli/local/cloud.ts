import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Listr, type ListrTask } from "listr2";
import { ensureBoot } from "../../local/boot/ignition.ts";
import { contentKey } from "../../local/cache.ts";
import { clientOf } from "../../local/daemon/client.ts";
import { type Daemon, killDaemon, launchDaemon, runningDaemon } from "../../local/daemon/launch.ts";
import type { ProgressState } from "../../local/daemon/progress.ts";
import { ensurePackages } from "../../local/debian/install.ts";
import { ensureEngine } from "../../local/engine/engine.ts";
import { findGo } from "../../local/go.ts";
import { ensureKubernetes } from "../../local/kubernetes/kubernetes.ts";
import { ensureOpenstack, findPython } from "../../local/openstack/python.ts";
import { type Place, project } from "../../local/place.ts";
import { type Say, Trouble } from "../../local/say.ts";
import { stackEnvironment } from "./environment.ts";

/** Sets up every program, then starts the daemon unless it runs, and waits until the cloud answers. */
export async function startCloud(here: Place, { yes, quiet }: { yes: boolean; quiet: boolean }): Promise<void> {
  await ensurePackages((line) => process.stderr.write(`${line}\n`), { yes });
  await progress(quiet, [
    { title: "Programs", task: (say) => setUp(here, say) },
    { title: "Local cloud", task: (say) => runDaemon(here, say) },
  ]);
}

interface Step {
  readonly title: string;
  readonly task: (say: Say) => Promise<void>;
}

async function progress(quiet: boolean, steps: readonly Step[]): Promise<void> {
  const tasks: ListrTask[] = steps.map(({ title, task }) => ({
    title,
    task: (_, shown) =>
      task((line) => {
        shown.output = line;
      }),
  }));
  await new Listr(tasks, quiet ? { renderer: "silent" } : { renderer: "default", fallbackRenderer: "verbose" }).run();
}

/** Two at a time at most: each build uses every core it gets. A tool that is missing is told at once. */
async function setUp(here: Place, say: Say): Promise<void> {
  await Promise.all([findGo(join(project, "local", "engine", "cli")), findPython()]);
  const step = steps(say);
  const warn = (line: string) => void process.stderr.write(`${line}\n`);
  const building = step(() => ensureEngine(here, say, warn));
  const installing = (async () => {
    const openstack = await step(() => ensureOpenstack(here, say));
    await step(() => ensureBoot(here, say));
    await linkKubectl(here, (await step(() => ensureKubernetes(here, say))).binary);
    return openstack;
  })();
  await Promise.allSettled([building, installing]);
  const [engine, { python }] = await Promise.all([building, installing]);
  await writeFile(join(here.data, "environment.json"), JSON.stringify(stackEnvironment(here, engine, python)), {
    mode: 0o600,
  });
}

/** Runs steps until one fails. What was begun ends first: nothing of ours goes on behind an error. */
function steps(say: Say) {
  let failed = false;
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (failed) throw new Trouble("not begun, because another step failed");
    try {
      return await work();
    } catch (error) {
      failed = true;
      say(`${(error as Error).message} (ending what else was begun)`);
      throw error;
    }
  };
}

/** The Kubernetes program acts by the name it is called with. */
async function linkKubectl(here: Place, binary: string): Promise<void> {
  const link = join(here.data, "bin", "kubectl");
  await mkdir(dirname(link), { recursive: true, mode: 0o700 });
  await rm(link, { force: true });
  await symlink(binary, link);
}

async function runDaemon(here: Place, say: Say): Promise<void> {
  const running = await runningDaemon(here);
  const daemon = running ?? (await launchDaemon(here));
  await compareSources(here, { started: running === undefined });
  const last = await watchWhenItListens(here, daemon, say);
  if (last.state === "running") return;
  // it ends its services in good order, if it can
  for (let waited = 0; waited < 200 && (await runningDaemon(here)); waited += 1) await sleep(100);
  await killDaemon(here, daemon);
  throw new Trouble(last.error ?? (await lastWords(here)));
}

/** A daemon is what the sources were when it started; after a `git pull` it may be something else. */
async function compareSources(here: Place, { started }: { started: boolean }): Promise<void> {
  const record = join(here.data, "daemon.sources");
  const sources = await contentKey([{ file: join(project, "local") }]);
  if (started) await writeFile(record, sources);
  else if ((await readFile(record, "utf8").catch(() => "")) !== sources)
    process.stderr.write(
      "The local cloud runs as older sources of local/ say; 'estate local down', then 'estate local up', starts it as these say.\n",
    );
}

async function watchWhenItListens(here: Place, daemon: Daemon, say: Say): Promise<ProgressState> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await clientOf(daemon).watch(({ step }) => say(step));
    } catch (error) {
      if (!(await runningDaemon(here))) return { state: "failed", step: "starting" };
      if (tries === 600)
        return { state: "failed", step: "starting", error: `the daemon does not answer: ${(error as Error).message}` };
      await sleep(100);
    }
  }
}

async function lastWords(here: Place): Promise<string> {
  const log = join(here.data, "logs", "daemon.log");
  const text = await readFile(log, "utf8").catch(() => "");
  const end = text.trim().split("\n").slice(-5).join("\n  ");
  return `the daemon of the local stack ended. The end of its log, ${log}:\n  ${end || "(empty)"}\nAfter the cure, 'estate local up' goes on from there.`;
}
