import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Patch, patched, withPatch } from "../../../local/engine/patch.ts";

const patch: Patch = {
  module: "example.test/wait",
  file: "state.go",
  before: "\treturn delay\n",
  line: "\tdelay /= 4\n",
};
const source = "package wait\n\nfunc For(delay int) int {\n\treturn delay\n}\n";

test("the line is added before the one that it names", () => {
  expect(patched(source, patch)).toContain("{\n\tdelay /= 4\n\treturn delay\n}");
});

test.each([
  ["is not there", "package wait\n"],
  ["is there twice", `${source}${source}`],
])("a file in which that line %s is refused, with what to do", (_, text) => {
  expect(() => patched(text, patch)).toThrow(
    "state.go of example.test/wait is not what local/engine/patch.ts was written for",
  );
});

let machine: string;
beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "estate-patch-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(machine, { recursive: true, force: true });
});

/** A `go` that says where a module is, and notes what else it is asked. */
async function fakeGo(download: string): Promise<void> {
  const script = `if [ "$2" = download ]; then ${download}; else echo "$@" > asked; fi`;
  await writeFile(join(machine, "go"), `#!/bin/sh\n${script}\n`);
  await chmod(join(machine, "go"), 0o755);
  vi.stubEnv("PATH", `${machine}:${process.env.PATH}`);
}

const go = { version: "go1.26.8", environment: {} };

test("a build sees a copy with the line; the module, read-only as Go keeps it, and the program's folder stay as they are", async () => {
  const [module, folder] = [join(machine, "wait@v1.0.0"), join(machine, "program")];
  for (const made of [module, folder]) await mkdir(made);
  await writeFile(join(module, "state.go"), source, { mode: 0o444 });
  await writeFile(join(folder, "main.go"), "package main\n");
  await fakeGo(`echo '{"Dir":"${module}"}'`);
  let copy = "";
  await withPatch(folder, patch, go, async (from) => {
    copy = from;
    expect(await readFile(join(from, "main.go"), "utf8")).toBe("package main\n");
    expect(await readFile(join(from, "patched/state.go"), "utf8")).toContain(patch.line);
    expect(await readFile(join(from, "asked"), "utf8")).toBe("mod edit -replace=example.test/wait=./patched\n");
  });
  expect(copy).not.toBe("");
  expect(existsSync(copy)).toBe(false);
  expect(await readFile(join(module, "state.go"), "utf8")).toBe(source);
  expect(await readdir(folder)).toEqual(["main.go"]);
});

test("a module that cannot be had is told in words, and nothing is left", async () => {
  await fakeGo("echo 'dial tcp: lookup modules.test: no such host' >&2; exit 1");
  const build = vi.fn();
  await expect(withPatch(machine, patch, go, build)).rejects.toMatchObject({
    name: "Trouble",
    message: expect.stringMatching(/^building example\.test\/wait failed: Go modules cannot be downloaded/),
  });
  expect(build).not.toHaveBeenCalled();
});
