import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The scripts of a folder, by file name, in the order of their names: the data of a ConfigMap. */
export function scriptsIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".sh"))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
