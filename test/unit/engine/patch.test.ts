import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type ModulePatch, withPatch } from "../../../local/engine/patch.ts";
import { fakeGo } from "./fake-go.ts";

const patch: ModulePatch = {
  module: "example.test/wait",
  file: "state.go",
  find: "\treturn delay\n",
  replace: "\treturn delay / 4\n",
  why: "it waits too long",
};
const source = "package wait\n\nfunc For(delay int) int {\n\treturn delay\n}\n";

const machine = fakeGo();
const go = { version: "go1.26.8", environment: {} };

/** The module's folder and the program's; a `go` that says where the module is, and notes what else it is asked. */
async function made(text: string): Promise<{ module: string; program: string }> {
  const [module, program] = [join(machine.folder(), "wait@v1.0.0"), join(machine.folder(), "program")];
  for (const folder of [module, program]) await mkdir(folder);
  await writeFile(join(module, "state.go"), text, { mode: 0o444 });
  await writeFile(join(program, "main.go"), "package main\n");
  await machine.answer(`if [ "$2" = download ]; then echo '{"Dir":"${module}"}'; else echo "$@" > asked; fi`);
  return { module, program };
}

test("a build sees a patched copy; the module, read-only as Go keeps it, and the program's folder stay as they are", async () => {
  const { module, program } = await made(source);
  let copy = "";
  await withPatch(program, patch, go, async (from) => {
    copy = from;
    expect(await readFile(join(from, "main.go"), "utf8")).toBe("package main\n");
    expect(await readFile(join(from, "patched/state.go"), "utf8")).toBe(
      "package wait\n\nfunc For(delay int) int {\n\treturn delay / 4\n}\n",
    );
    expect(await readFile(join(from, "asked"), "utf8")).toBe("mod edit -replace=example.test/wait=./patched\n");
  });
  expect(copy).not.toBe("");
  expect(existsSync(copy)).toBe(false);
  expect(await readFile(join(module, "state.go"), "utf8")).toBe(source);
  expect(await readdir(program)).toEqual(["main.go"]);
});

test("a module of another release is refused with what to do, and not built with", async () => {
  const { program } = await made("package wait\n");
  const build = vi.fn();
  await expect(withPatch(program, patch, go, build)).rejects.toMatchObject({
    name: "Trouble",
    message: expect.stringMatching(/^state\.go has the text to replace 0 times .*it waits too long.*change the patch/),
  });
  expect(build).not.toHaveBeenCalled();
});

test("a module that cannot be had is told in words, though Go tells it as JSON only", async () => {
  await machine.answer(
    `echo '{"Path":"example.test/wait","Error":"dial tcp: lookup modules.test: no such host"}'; exit 1`,
  );
  const build = vi.fn();
  await expect(withPatch(machine.folder(), patch, go, build)).rejects.toMatchObject({
    name: "Trouble",
    message: expect.stringMatching(/^building example\.test\/wait failed: Go modules cannot be downloaded/),
  });
  expect(build).not.toHaveBeenCalled();
});
