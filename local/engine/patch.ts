import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { explainGo, type Go } from "../go.ts";
import { Trouble } from "../say.ts";

/** One line that is added to a module before a program is built with it. */
export interface Patch {
  /** The module, as the code imports it. */
  readonly module: string;
  /** The file in it. */
  readonly file: string;
  /** The line before which it is added. It stands there exactly once. */
  readonly before: string;
  readonly line: string;
}

/**
 * Terraform's wait for a state first looks after 5 or 10 s, however soon the state is there: of the half minute in which a host is
 * replaced on the local cloud, that is more than half. Here it looks after a quarter of that time, then every 1.5 s. Nothing else changes:
 * the same states are waited for, with the same timeouts.
 */
export const promptWait: Patch = {
  module: "github.com/hashicorp/terraform-plugin-sdk/v2",
  file: "helper/retry/state.go",
  before: "\tnotfoundTick := 0\n",
  line: "\tconf.Delay, conf.MinTimeout, conf.PollInterval = conf.Delay/4, 0, 1500*time.Millisecond\n",
};

/** The file with the line. @throws Trouble when the file has another number of places for the line than one */
export function patched(text: string, { module, file, before, line }: Patch): string {
  const [head, tail, ...more] = text.split(before);
  if (tail === undefined || more.length > 0)
    throw new Trouble(
      `${file} of ${module} is not what local/engine/patch.ts was written for. Look at what changed there, and change the patch, or leave it out.`,
    );
  return `${head}${line}${before}${tail}`;
}

/**
 * Calls `build` with a folder that holds the program and the changed copy of the module, which Go has compared with the hash in go.sum.
 * The folder is gone afterwards.
 *
 * @throws Trouble when the module cannot be had, or is another one than the patch was written for
 */
export async function withPatch(
  folder: string,
  patch: Patch,
  go: Go,
  build: (folder: string) => Promise<void>,
): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "estate-build-"));
  try {
    await cp(folder, copy, { recursive: true });
    const run = async (...args: readonly string[]) => {
      const result = await execa("go", ["mod", ...args], { cwd: copy, env: go.environment, reject: false });
      if (result.failed) throw new Trouble(explainGo(patch.module, result.stderr));
      return result.stdout;
    };
    const { Dir } = JSON.parse(await run("download", "-json", patch.module)) as { readonly Dir: string };
    const module = join(copy, "patched");
    const file = join(module, patch.file);
    await execa("cp", ["-r", Dir, module]);
    // what Go keeps is read-only
    await execa("chmod", ["-R", "u+w", module]);
    await writeFile(file, patched(await readFile(file, "utf8"), patch));
    await run("edit", `-replace=${patch.module}=./patched`);
    await build(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
