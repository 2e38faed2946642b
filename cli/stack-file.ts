import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, parse, parseDocument, stringify, YAMLParseError } from "yaml";
import { project } from "../local/place.ts";
import { Trouble } from "../local/say.ts";

/** `Pulumi.<stack>.yaml`. */
export interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Whether a setting is a secret, encrypted. */
export function isEncrypted(setting: unknown): boolean {
  return typeof setting === "object" && setting !== null && "secure" in setting;
}

/** An empty one where there is none. @throws Trouble when it is not YAML */
export async function readStackFile(stack: string, folder = project): Promise<StackFile> {
  const text = await readFile(stackFilePath(stack, folder), "utf8").catch(whereMissing(""));
  try {
    return (parse(text) as StackFile | null) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new Trouble(`${stackFilePath(stack, folder)} is not YAML: ${error.message}`);
  }
}

export async function writeStackFile(stack: string, file: StackFile): Promise<void> {
  await replaceStackFile(stack, (draft) => writeFile(draft, stringify(file), { mode: 0o600 }));
}

/**
 * Lets `write` make a whole new file, and puts it in place of the old one at once: a kill or a full disk leaves one of them.
 *
 * @param write gets the path of a copy of the old file, or of none where there is none
 */
export async function replaceStackFile(
  stack: string,
  write: (draft: string) => Promise<unknown>,
  folder = project,
): Promise<void> {
  const [file, draft] = [stackFilePath(stack, folder), stackFilePath(`${stack}.new`, folder)];
  await rm(draft, { force: true });
  try {
    await copyFile(file, draft).catch(whereMissing(undefined));
    await write(draft);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The text of a stack file with one key of its configuration set, or taken away; all else in it stays as it is, comments too. */
export function withConfig(text: string, key: string, value: unknown): string {
  const file = parseDocument(text);
  if (!isMap(file.get("config"))) file.set("config", file.createNode({}));
  const config = file.get("config");
  if (isMap(config)) config.flow = false;
  if (value === undefined) file.deleteIn(["config", key]);
  else file.setIn(["config", key], file.createNode(value));
  // no line is broken that was not
  return file.toString({ lineWidth: 0 });
}

export function stackFilePath(stack: string, folder = project): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}

/** What stands for a file that is not there. Another error is one. */
function whereMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
  return (error) => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}
