import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { project } from "../../local/place.ts";

/** `Pulumi.<stack>.yaml`. */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** An empty one where there is none. */
export async function readStackFile(stack: string): Promise<StackFile> {
  const text = await readFile(pathOf(stack), "utf8").catch(() => "");
  return (parse(text) as StackFile | null) ?? {};
}

export async function writeStackFile(stack: string, file: StackFile): Promise<void> {
  await writeFile(pathOf(stack), stringify(file), { mode: 0o600 });
}

function pathOf(stack: string): string {
  return join(project, `Pulumi.${stack}.yaml`);
}
