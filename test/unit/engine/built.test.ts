import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { built, builtBefore } from "../../../local/engine/go.ts";
import { pieces } from "../../../local/engine/pieces.ts";

let machine: string;
beforeEach(async () => {
  machine = await mkdtemp(join(tmpdir(), "estate-built-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(machine, { recursive: true, force: true });
});

/** A `go` that says it is this version, and builds one word. */
async function fakeGo(version: string): Promise<void> {
  const script = `if [ "$1" = env ]; then echo ${version}; exit; fi; while [ "$1" != -o ]; do shift; done; echo made > "$2"`;
  await writeFile(join(machine, "go"), `#!/bin/sh\n${script}\n`);
  await chmod(join(machine, "go"), 0o755);
  vi.stubEnv("PATH", `${machine}:${process.env.PATH}`);
}

test("what was built is known again, until Go is another one, or there is none", async () => {
  const place = { id: "0123456789", stack: "local", data: machine, cache: join(machine, "cache") };
  const [cli, host] = pieces();
  if (!cli || !host) throw new Error("there are no pieces");
  await fakeGo("go1.26.8");
  expect(await builtBefore(cli, place)).toBe(false);
  expect(await readFile(await built(cli, place, () => undefined), "utf8")).toBe("made\n");
  expect([await builtBefore(cli, place), await builtBefore(host, place)]).toEqual([true, false]);
  await fakeGo("go1.27.0");
  expect(await builtBefore(cli, place)).toBe(false);
  vi.stubEnv("PATH", "/nowhere");
  expect(await builtBefore(cli, place)).toBe(false);
});
