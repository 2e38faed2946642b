import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The scripts of a folder, by file name, in the order of their names: the data of a ConfigMap. */
export function scriptsIn(folder: string): Readonly<Record<string, string>> {
  return filesIn(folder, ".sh");
}

/** A program of ours, file by file. Node runs TypeScript as it is, so that a ConfigMap may have it as it is in the repository. */
export function programIn(folder: string): Readonly<Record<string, string>> {
  return { ...filesIn(folder, ".ts"), "package.json": `{"type":"module"}\n` };
}

function filesIn(folder: string, end: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
