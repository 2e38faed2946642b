import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { explainGo, type Go } from "../go.ts";
import { applyPatch, type Patch } from "../patch.ts";
import { Trouble } from "../say.ts";

/** A change of one place in a module, before a program is built with it. */
export interface ModulePatch extends Patch {
  /** As the code imports it. */
  readonly module: string;
}

const tick = "\tnotfoundTick := 0\n";

/**
 * Terraform's wait for a state first looks after 5 or 10 s, however soon the state is there: of the half minute in which a host is
 * replaced on the local cloud, that is more than half. Here it looks after a quarter of that time, then every 1.5 s. Nothing else changes:
 * the same states are waited for, with the same timeouts.
 */
export const promptWait: ModulePatch = {
  module: "github.com/hashicorp/terraform-plugin-sdk/v2",
  file: "helper/retry/state.go",
  find: tick,
  replace: `\tconf.Delay, conf.MinTimeout, conf.PollInterval = conf.Delay/4, 0, 1500*time.Millisecond\n${tick}`,
  why: "terraform-plugin-sdk 2 first looks at a server after 10 s, at what it deletes after 5",
};

/**
 * Calls `build` with a folder that holds the program and the changed copy of the module, which Go has compared with the hash in go.sum.
 * The folder is gone afterwards.
 *
 * @throws Trouble when the module cannot be had, or is another one than the patch was written for
 */
export async function withPatch(
  folder: string,
  patch: ModulePatch,
  go: Go,
  build: (folder: string) => Promise<void>,
): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "estate-build-"));
  try {
    await cp(folder, copy, { recursive: true });
    const run = async (...args: readonly string[]) => {
      const result = await execa("go", ["mod", ...args], { cwd: copy, env: go.environment, reject: false });
      // `-json` tells what went wrong there, and nothing beside it
      if (result.failed) throw new Trouble(explainGo(patch.module, result.stderr || result.stdout));
      return result.stdout;
    };
    const { Dir } = JSON.parse(await run("download", "-json", patch.module)) as { readonly Dir: string };
    const module = join(copy, "patched");
    const file = join(module, patch.file);
    await execa("cp", ["-r", Dir, module]);
    // what Go keeps is read-only
    await execa("chmod", ["-R", "u+w", module]);
    await writeFile(file, applyPatch(await readFile(file, "utf8"), patch));
    await run("edit", `-replace=${patch.module}=./patched`);
    await build(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
