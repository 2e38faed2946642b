/** What Node compiles is kept: by the command and the gates themselves, in a folder of the test. */
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { project } from "../../../local/place.ts";

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "estate-compiled-"));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** With nothing of this run's environment. Node itself tells what it takes from where. */
function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return execa(process.execPath, args, {
    ...{ cwd: project, reject: false, extendEnv: false, stdin: "ignore" },
    env: { PATH: "/usr/bin:/bin", ESTATE_CACHE: cache, NODE_DEBUG_NATIVE: "COMPILE_CACHE", ...environment },
  });
}

const kept = async () => (await readdir(cache, { recursive: true })).length;
const taken = (stderr: string) => stderr.match(/V8 code cache for .* was accepted/g)?.length ?? 0;

describe.each([
  ["a gate", "cli/gate.ts", ["ready"], 1, "a gate needs HOST"],
  ["the command", "cli/estate.ts", ["rollout", "--help"], 0, "Usage: estate rollout"],
])("%s", (_, file, args, exitCode, says) => {
  test("keeps what was compiled where only its user can write, and takes it from there when it starts again", async () => {
    const first = await start([file, ...args]);
    expect(first).toMatchObject({ exitCode });
    expect(taken(first.stderr)).toBe(0);
    expect((await stat(join(cache, "compiled"))).mode & 0o777).toBe(0o700);
    const files = await kept();
    expect(files).toBeGreaterThan(20);
    const second = await start([file, ...args]);
    expect(second).toMatchObject({ exitCode });
    expect(taken(second.stderr)).toBeGreaterThan(20);
    expect(await kept()).toBe(files);
  });

  test("works where nothing can be kept", async () => {
    await writeFile(join(cache, "file"), "");
    const { exitCode: ended, stdout, stderr } = await start([file, ...args], { ESTATE_CACHE: join(cache, "file") });
    expect(ended).toBe(exitCode);
    expect(`${stdout}${stderr}`).toContain(says);
    expect(stderr).not.toContain("[compile cache] writing");
  });
});

describe("the folder", () => {
  /** What it decided for itself, and what programs that it starts are told. */
  const decide = async (environment: Readonly<Record<string, string>> = {}) => {
    const program =
      'import("./local/compile-cache.ts").then(({ keepCompiled }) => { keepCompiled(); console.log(JSON.stringify([require("node:module").getCompileCacheDir() ?? null, process.env.NODE_COMPILE_CACHE ?? null])); })';
    const { stdout } = await start(["-e", program], { NODE_DEBUG_NATIVE: "", ...environment });
    const [used, told] = JSON.parse(stdout) as [string | null, string | null];
    return { used, told };
  };

  test("is in the cache of the project, and is told to programs that are started", async () => {
    const { used, told } = await decide();
    expect(used).toMatch(new RegExp(`^${join(cache, "compiled")}/`));
    expect(told).toBe(join(cache, "compiled"));
  });

  test("is not used where others could have written what would be run", async () => {
    await mkdir(join(cache, "compiled"));
    for (const mode of [0o770, 0o707, 0o777]) {
      await chmod(join(cache, "compiled"), mode);
      expect(await decide()).toEqual({ used: null, told: null });
    }
    await chmod(join(cache, "compiled"), 0o755);
    expect((await decide()).told).toBe(join(cache, "compiled"));
  });

  test("is that of whoever named another, or none", async () => {
    const other = join(cache, "other");
    const { used, told } = await decide({ NODE_COMPILE_CACHE: other });
    expect([used?.startsWith(other), told]).toEqual([true, other]);
    expect(await decide({ NODE_DISABLE_COMPILE_CACHE: "1" })).toEqual({ used: null, told: null });
  });
});
