import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

/** A folder of each test's own, and a `go` in it that is the first on the PATH until the test ends. */
export function fakeGo(): { readonly folder: () => string; readonly answer: (script: string) => Promise<void> } {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-go-"));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder: () => folder,
    answer: async (script) => {
      await writeFile(join(folder, "go"), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, "go"), 0o755);
      vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    },
  };
}
