import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Things that are done once for a data folder, and remembered there. */
export interface Steps {
  /**
   * Does it unless it was done for the same `key`. It must be possible to do it again: it was perhaps done, or half done,
   * by a daemon that was killed before it could remember.
   */
  once(name: string, key: string, work: () => Promise<void>): Promise<void>;
  /** For which key it was done last, if ever. */
  done(name: string): Promise<string | undefined>;
}

/** The steps remembered in `folder`, a file each. */
export function stepsIn(folder: string): Steps {
  const done = (name: string) => readFile(join(folder, name), "utf8").catch(() => undefined);
  return {
    done,
    async once(name, key, work) {
      if ((await done(name)) === key) return;
      await work();
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${name}.unfinished`), key, { flush: true });
      await rename(join(folder, `${name}.unfinished`), join(folder, name));
    },
  };
}
