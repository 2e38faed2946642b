import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { execa } from "execa";
import { type Say, Trouble } from "../say.ts";
import { missingPackages, packages } from "./packages.ts";

/** Asked by Debian's maintainer scripts before they start a service. */
const policy = "/usr/sbin/policy-rc.d";
/** Ours, also when an earlier run was killed before it could remove it. */
const forbidden = "#!/bin/sh\n# made by 'estate local up' while it installs packages\nexit 101\n";

/**
 * Installs what is missing, after saying what and why. Nothing that it installs is started: the stack starts its own.
 *
 * `yes` answers the question; so does a line `y` on standard input.
 *
 * @throws Trouble with the command to run, where this user may not install; and with apt's own words where it fails
 */
export async function ensurePackages(say: Say, { yes }: { readonly yes: boolean }): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  say("The local stack needs these Debian packages, which are not installed:");
  for (const { name, why } of packages) if (missing.includes(name)) say(`  ${name.padEnd(18)} ${why}`);
  if (process.getuid?.() !== 0) throw new Trouble(`Debian packages are missing. Run as root, once: ${command}`);
  if (!yes && !(await agreed())) throw new Trouble(`Debian packages are missing. Install them with: ${command}`);
  say(`Installing them; no service of theirs is started`);
  await withoutServices(async () => {
    const environment = { DEBIAN_FRONTEND: "noninteractive", APT_LISTCHANGES_FRONTEND: "none" };
    const install = () => apt(["install", "--yes", "--no-install-recommends", ...missing], environment);
    const first = await install();
    if (first === undefined) return;
    // the lists may be old, or have never been fetched
    say("Fetching apt's package lists");
    const update = await apt(["update"], environment);
    const second = update ?? (await install());
    if (second !== undefined)
      throw new Trouble(`'${command}' failed. Put right what apt says, then run this again:\n${second}`);
  });
}

async function agreed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question("Install them now? [y/N] ");
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** The end of what apt printed, if it failed. */
async function apt(args: readonly string[], env: Record<string, string>): Promise<string | undefined> {
  const result = await execa("apt-get", ["--quiet", "-o", "DPkg::Lock::Timeout=120", ...args], {
    env,
    reject: false,
    all: true,
    stdin: "ignore",
  });
  return result.failed ? result.all.split("\n").slice(-12).join("\n") : undefined;
}

/** Runs `work` while a policy forbids every service to start. A policy that is there already is the machine's own, and stays. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const own = !existsSync(policy) || (await readFile(policy, "utf8")) === forbidden;
  if (own) await writeFile(policy, forbidden, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (own) await rm(policy, { force: true });
  }
}
