/**
 * How long the estate on one machine takes, and how much memory. Prints JSON: seconds of `npm run local` with empty caches
 * (only with --cold: it downloads and builds everything anew, in a cache of its own), from an empty data folder with warm caches, from a
 * stopped stack, and of the no-op; then the memory of every process of the stack (proportional set size).
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { runningDaemon } from "../../local/daemon/launch.ts";
import { place, project } from "../../local/place.ts";

const scratch = await mkdtemp(join(tmpdir(), "estate-bench-"));
const data = join(project, ".local-bench");
const cold = process.argv.includes("--cold");
const empty = {
  ESTATE_CACHE: join(scratch, "cache"),
  GOCACHE: join(scratch, "go-build"),
  GOMODCACHE: join(scratch, "go-modules"),
  // so that the scratch folder can be deleted
  GOFLAGS: "-modcacherw",
  PIP_CACHE_DIR: join(scratch, "pip"),
  UV_CACHE_DIR: join(scratch, "uv"),
};
const environment = { ESTATE_DATA: data, ...(cold ? empty : {}) };

const result = {
  cores: availableParallelism(),
  machineGiB: gib(totalmem()),
  ...(cold ? { coldSeconds: await seconds("up", "--yes") } : {}),
  ...(cold ? {} : { emptyDataSeconds: await fresh() }),
  noOpSeconds: await seconds("up", "--yes"),
  memoryGiB: gib(await memory()),
  stopSeconds: await seconds("down"),
  stoppedSeconds: await seconds("up", "--yes"),
};
await seconds("reset");
await rm(scratch, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);

async function fresh(): Promise<number> {
  await seconds("reset");
  return seconds("up", "--yes");
}

async function seconds(...command: readonly string[]): Promise<number> {
  const started = Date.now();
  await execa("cli/estate", ["local", ...command], {
    cwd: project,
    env: environment,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  return Math.round((Date.now() - started) / 100) / 10;
}

/** Bytes of all processes in the daemon's process namespace. A page that n of them share counts 1/n in each. */
async function memory(): Promise<number> {
  const daemon = await runningDaemon(place(environment));
  const root = `/proc/${daemon?.pid}/root/proc`;
  const processes = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(
    processes.map((name) => readFile(`${root}/${name}/smaps_rollup`, "utf8").catch(() => "")),
  );
  return sizes.reduce((sum, text) => sum + Number(/^Pss: +(\d+)/m.exec(text)?.[1] ?? 0) * 1024, 0);
}

function gib(bytes: number): number {
  return Math.round((bytes / 2 ** 30) * 100) / 100;
}
