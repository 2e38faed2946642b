/** Gates ask the Pulumi command line while the engine writes its state. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pulumi } from "../../../cli/gate/pulumi.ts";

const path = process.env.PATH;
let folder = "";

/** A command line that says this, and fails, so many times; then it prints `{}`. */
async function failing(times: number, said: string): Promise<() => Promise<number>> {
  const calls = join(folder, "calls");
  const script = `#!/bin/sh\necho "$@" >>${calls}\n[ $(wc -l <${calls}) -gt ${times} ] && echo '{}' && exit\necho '${said}' >&2\nexit 255\n`;
  await writeFile(join(folder, "pulumi"), script, { mode: 0o755 });
  return async () => (await readFile(calls, "utf8")).trim().split("\n").length;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-gate-"));
  process.env.PATH = `${folder}:${path}`;
});
afterEach(async () => {
  process.env.PATH = path;
  await rm(folder, { recursive: true });
});

describe("what a gate asks of pulumi", () => {
  it("is asked again when the state was read in the moment in which it is written", async () => {
    const calls = await failing(2, "error: failed to load checkpoint: EOF");
    expect(await pulumi("config", "--json")).toBe("{}");
    expect(await calls()).toBe(3);
  });

  it("is not asked again after any other failure, which is told with the command", async () => {
    const calls = await failing(1, "error: incorrect passphrase");
    await expect(pulumi("config", "--json")).rejects.toThrow(
      "the gate cannot read the stack: 'pulumi config --json' failed: error: incorrect passphrase",
    );
    expect(await calls()).toBe(1);
  });

  it("ends when the state stays as it is", async () => {
    const calls = await failing(100, "error: failed to load checkpoint: EOF");
    await expect(pulumi("stack", "export")).rejects.toThrow("failed to load checkpoint: EOF");
    expect(await calls()).toBe(6);
  });
});
