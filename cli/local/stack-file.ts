import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
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
  await replaceStackFile(stack, (draft) => writeFile(draft, stringify(file), { mode: 0o600 }));
}

/** Lets `write` make a whole new file, and puts it in place of the old one at once: a kill or a full disk leaves one of them. */
export async function replaceStackFile(stack: string, write: (draft: string) => Promise<unknown>): Promise<void> {
  const draft = pathOf(`${stack}.new`);
  await rm(draft, { force: true });
  await copyFile(pathOf(stack), draft).catch(() => undefined);
  await write(draft);
  await rename(draft, pathOf(stack));
}

function pathOf(stack: string): string {
  return join(project, `Pulumi.${stack}.yaml`);
}
