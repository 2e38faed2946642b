import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cached, contentKey } from "../cache.ts";
import { applyPatch } from "../patch.ts";
import type { Place } from "../place.ts";
import { type Say, Trouble } from "../say.ts";
import { lockFile, selectFromLock } from "./lock.ts";
import { patches } from "./patch.ts";
import { makeRelocatable } from "./scripts.ts";

const here = import.meta.dirname;
const plugin = join(here, "plugin");

/** Packages that exist as source only. */
const fromSource = ["ovs", "simplegeneric"];
/** Debian's first: it is the one its own packages belong to. */
const interpreters = ["/usr/bin/python3", "python3"];

/**
 * The Python environment with OpenStack's services, their command line, and our plugin, from the cache or installed by
 * pip from the lock file. `python` is its folder of programs.
 *
 * Throws `Trouble` when there is no Python 3.11 or newer, or when the packages cannot be had.
 */
export async function ensureOpenstack({ cache }: Place, say: Say): Promise<{ python: string }> {
  const interpreter = await findPython();
  const key = await contentKey([
    { file: lockFile },
    { file: join(plugin, "pyproject.toml") },
    { file: join(plugin, "estate_cloud") },
    JSON.stringify(patches),
    `${interpreter.version} ${process.arch} 1`,
  ]);
  const folder = await cached(cache, "openstack", key, say, (empty) => install(empty, interpreter.program, say));
  return { python: join(folder, "bin") };
}

/** @throws Trouble when there is none that will do */
export async function findPython(): Promise<{ program: string; version: string }> {
  const script = "import ensurepip, sys, venv; print('.'.join(map(str, sys.version_info[:3])))";
  for (const program of interpreters) {
    const { failed, stdout } = await execa(program, ["-c", script], { reject: false });
    const [major = 0, minor = 0] = failed ? [] : stdout.split(".").map(Number);
    if (major === 3 && minor >= 11) return { program, version: stdout };
  }
  throw new Trouble(
    "OpenStack needs Python 3.11 or newer with venv. On Debian: apt-get install --no-install-recommends python3 python3-venv",
  );
}

async function install(folder: string, interpreter: string, say: Say): Promise<void> {
  say("OpenStack: installing its Python packages (about 2 minutes)");
  await run(interpreter, ["-m", "venv", folder]);
  const python = join(folder, "bin", "python");
  const site = await sitePackages(python);
  const scratch = await mkdtemp(join(tmpdir(), "estate-openstack-"));
  try {
    // what builds the few source packages and our own comes from the lock file too: nothing is fetched unverified
    await writeFile(join(scratch, "build.lock"), selectFromLock(await readFile(lockFile, "utf8"), ["setuptools"]));
    await pip(python, ["--only-binary", ":all:", "--require-hashes", "-r", join(scratch, "build.lock")]);
    const source = ["--no-binary", fromSource.join(","), "--no-build-isolation", "--use-pep517"];
    await pip(python, ["--only-binary", ":all:", ...source, "--require-hashes", "--no-compile", "-r", lockFile]);
    // building writes beside the sources
    await cp(plugin, join(scratch, "plugin"), { recursive: true });
    await pip(python, ["--no-build-isolation", "--use-pep517", "--no-index", join(scratch, "plugin")]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  for (const patch of patches) {
    const file = join(site, patch.file);
    await writeFile(file, applyPatch(await readFile(file, "utf8"), patch));
  }
  await makeRelocatable(join(folder, "bin"));
  say("OpenStack: compiling its Python packages");
  await compile(python, site);
}

/** Without the packages' own tests. Paths in messages are short: the folder is moved when all is done. */
async function compile(python: string, site: string): Promise<void> {
  const options = ["-q", "-j", "0", "-x", "/(tests?|locale)/", "-s", site, "-p", "site-packages"];
  // some packages carry files for other releases of Python: what does not compile is not needed
  await execa(python, ["-m", "compileall", ...options, site], { reject: false });
}

async function sitePackages(python: string): Promise<string> {
  return (await run(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])).trim();
}

async function pip(python: string, args: readonly string[]): Promise<void> {
  await run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-input",
    "--no-deps",
    "--disable-pip-version-check",
    ...args,
  ]);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const result = await execa(program, args, { reject: false, all: true });
  if (!result.failed) return result.stdout;
  throw new Trouble(explain(result.all ?? result.shortMessage ?? program));
}

/** The end of what pip said, and what to do about the usual causes. */
export function explain(output: string): string {
  const end = output.trim().split("\n").slice(-6).join("\n");
  const cures: readonly [RegExp, string][] = [
    [/No space left on device/, "The disk is full: free some 2 GiB where the cache and the temporary folder are."],
    [
      /DO NOT MATCH THE HASHES|hashes.*do not match/i,
      "A package is not the one that was locked: check the index that pip uses (pip config list).",
    ],
    [
      /Failed to establish|Temporary failure|Connection|Name or service not known|ProxyError|timed out|SSL/i,
      "The package index cannot be reached: check the network, or name a mirror in pip's configuration (PIP_INDEX_URL).",
    ],
    [/No matching distribution/i, "The index lacks a package: check pip's configuration (pip config list)."],
  ];
  const cure =
    cures.find(([pattern]) => pattern.test(output))?.[1] ?? "Run the command again; it goes on where it can.";
  return `OpenStack's Python packages could not be installed. ${cure}\n${end}`;
}
