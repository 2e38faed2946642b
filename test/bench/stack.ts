/** The stack of the benchmark, `.local-bench`: nothing else uses it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Place, place, project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

export interface Bench {
  readonly here: Place;
  /** Aborted when an operator stops the benchmark. */
  readonly stopped: AbortSignal;
  /** Runs `estate local ...` on its stack, and says how many seconds it took. @throws Trouble when it fails */
  readonly local: (...command: readonly string[]) => Promise<number>;
  /** Deletes the stack and all that was made for it, whatever state it is in. Ctrl-C does not stop it. */
  readonly clean: () => Promise<void>;
}

/** @param cold with caches of its own, which are empty */
export async function openBench(cold: boolean, stopped: AbortSignal): Promise<Bench> {
  const scratch = await mkdtemp(join(tmpdir(), "estate-bench-"));
  const environment = { ESTATE_DATA: join(project, ".local-bench"), ...(cold ? emptyCaches(scratch) : {}) };
  const run = async (command: readonly string[], options: { cancelSignal?: AbortSignal; detached?: boolean }) => {
    const started = Date.now();
    const result = await execa("cli/estate", ["local", ...command], {
      ...{ cwd: project, env: environment, reject: false, stdio: ["ignore", process.stderr, process.stderr] },
      ...options,
    });
    if (stopped.aborted && options.cancelSignal) throw new Trouble("stopped");
    if (result.failed) throw new Trouble(`'estate local ${command.join(" ")}' failed; the reason is above`);
    return secondsSince(started);
  };
  return {
    ...{ here: place({ ...process.env, ...environment }), stopped },
    local: (...command) => run(command, { cancelSignal: stopped }),
    clean: async () => {
      await run(["reset"], { detached: true });
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function emptyCaches(scratch: string): Readonly<Record<string, string>> {
  return {
    ESTATE_CACHE: join(scratch, "cache"),
    GOCACHE: join(scratch, "go-build"),
    GOMODCACHE: join(scratch, "go-modules"),
    // so that the scratch folder can be deleted
    GOFLAGS: "-modcacherw",
    PIP_CACHE_DIR: join(scratch, "pip"),
    UV_CACHE_DIR: join(scratch, "uv"),
  };
}

/** Since a time of `Date.now()`, in tenths. */
export function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 100) / 10;
}
