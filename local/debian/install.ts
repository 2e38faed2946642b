import { execa } from "execa";
import { type Say, Trouble } from "../say.ts";
import { type DebianPackage, installCommand, missingPackages, packages } from "./packages.ts";
import { removeLeftover, withoutServices } from "./policy.ts";
import { agreed } from "./question.ts";
import { disable, isKnown, newUnits } from "./services.ts";

/**
 * Installs what is missing, after saying what and why. Nothing that it installs is started, now or at the next boot: the
 * stack starts its own. What an earlier run left behind when it was killed is put right first.
 *
 * `yes` answers the question; so does a line `y` on standard input.
 *
 * @param wanted those of the local stack, if nothing else is said
 * @throws Trouble with the command to run, where this user may not install; and with apt's own words where it fails
 */
export async function ensurePackages(
  say: Say,
  { yes, wanted = packages }: { readonly yes: boolean; readonly wanted?: readonly DebianPackage[] },
): Promise<void> {
  await disable((await removeLeftover(say)).filter(isKnown), say);
  const missing = await missingPackages(wanted);
  if (missing.length === 0) return;
  const units = newUnits(missing);
  const command = installCommand(missing);
  say("These Debian packages are needed, and are not installed:");
  for (const { name, why } of wanted) if (missing.includes(name)) say(`  ${name.padEnd(18)} ${why}`);
  if (units.length > 0)
    say(`Their services are kept from running on this machine, now and after a boot: ${units.join(", ")}`);
  const byHand =
    units.length > 0 ? `\nThen keep their services from running: systemctl disable --now ${units.join(" ")}` : "";
  if (process.getuid?.() !== 0)
    throw new Trouble(`Debian packages are missing. Run as root, once: ${command}${byHand}`);
  if (!yes && !(await agreed("Install them now?")))
    throw new Trouble(`Debian packages are missing. Install them with: ${command}${byHand}`);
  say("Installing them");
  await withoutServices(units, async (stop) => {
    try {
      await install(missing, stop, say);
    } finally {
      await disable(units.filter(isKnown), say);
    }
  });
}

/** @throws Trouble with the end of what apt said */
async function install(missing: readonly string[], stop: AbortSignal, say: Say): Promise<void> {
  const environment = { DEBIAN_FRONTEND: "noninteractive", APT_LISTCHANGES_FRONTEND: "none" };
  const once = () => apt(["install", "--yes", "--no-install-recommends", ...missing], environment, stop);
  const first = await once();
  if (first === undefined || stop.aborted) return;
  // the lists may be old, or have never been fetched
  say("Fetching apt's package lists");
  const update = await apt(["update"], environment, stop);
  const second = update ?? (await once());
  if (second !== undefined && !stop.aborted)
    throw new Trouble(`'${installCommand(missing)}' failed. Put right what apt says, then run this again:\n${second}`);
}

/**
 * The end of what apt printed, if it failed. Told to stop, apt finishes the package it is at, however long that takes: nothing
 * that it runs may outlive the policy.
 */
async function apt(
  args: readonly string[],
  env: Record<string, string>,
  stop: AbortSignal,
): Promise<string | undefined> {
  const result = await execa("apt-get", ["--quiet", "-o", "DPkg::Lock::Timeout=120", ...args], {
    ...{ env, reject: false, all: true, stdin: "ignore" },
    ...{ cancelSignal: stop, killSignal: "SIGINT", forceKillAfterDelay: false },
  });
  return result.failed ? result.all.split("\n").slice(-12).join("\n") : undefined;
}
