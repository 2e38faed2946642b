import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Say } from "../say.ts";
import { packages } from "./packages.ts";

const folders = ["/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"];

/** The units that installing these packages adds to the machine. One that it knows already is the operator's, and is left alone. */
export function newUnits(names: readonly string[], known: (unit: string) => boolean = isKnown): string[] {
  return packages.flatMap(({ name, units = [] }) => (names.includes(name) ? units : [])).filter((unit) => !known(unit));
}

/** Whether the machine has such a unit. */
export function isKnown(unit: string): boolean {
  return folders.some((folder) => existsSync(join(folder, unit)));
}

/** Keeps these units from starting at the next boot. Where there is no systemctl, there is nothing that would start them. */
export async function disable(units: readonly string[], say: Say): Promise<void> {
  if (units.length === 0) return;
  const result = await execa("systemctl", ["disable", ...units], { reject: false, all: true, stdin: "ignore" });
  if (!result.failed || result.code === "ENOENT") return;
  say(`These would start at the next boot; to keep them from it: systemctl disable ${units.join(" ")} (${result.all})`);
}
