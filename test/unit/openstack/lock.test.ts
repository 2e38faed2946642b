import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseLock, selectFromLock } from "../../../local/openstack/lock.ts";
import { patches } from "../../../local/openstack/patch.ts";
import { explain } from "../../../local/openstack/python.ts";
import { relocatable } from "../../../local/openstack/scripts.ts";
import { applyPatch } from "../../../local/patch.ts";
import { project } from "../../../local/place.ts";

const folder = join(project, "local", "openstack");
const text = readFileSync(join(folder, "requirements.lock"), "utf8");
const locked = parseLock(text);

test("every package of the lock file is pinned and has a hash", () => {
  expect(locked.length).toBeGreaterThan(150);
  expect(locked.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
  expect(new Set(locked.map(({ name }) => name)).size).toBe(locked.length);
  // nothing slips past the parser
  expect(text.match(/==/g)?.length).toBeGreaterThanOrEqual(locked.length);
  expect(text).not.toMatch(/https?:|git\+|@ /);
});

test("what is asked for is in the lock file, at that version", () => {
  const asked = readFileSync(join(folder, "requirements.in"), "utf8")
    .split("\n")
    .filter((line) => /^[a-z]/.test(line));
  expect(asked.length).toBeGreaterThan(10);
  for (const line of asked) {
    const [name, version] = line.split("==");
    const found = locked.find((one) => one.name === name);
    expect([line, found?.name]).toEqual([line, name]);
    if (version) expect([line, found?.version]).toEqual([line, version]);
  }
});

test("a part of the lock file keeps its hashes; a package that is not there is an error", () => {
  const part = selectFromLock(text, ["setuptools"]);
  expect(part).toMatch(/^setuptools==\S+ \\\n +--hash=sha256:/);
  expect(parseLock(part)).toHaveLength(1);
  expect(() => selectFromLock(text, ["none"])).toThrow("none is not in the lock file");
  expect(() => parseLock("requests>=2\n")).toThrow("not a pinned package");
});

test("a patch is applied where its text is exactly once, and refused elsewhere", () => {
  for (const patch of patches) {
    expect(applyPatch(`a\n${patch.find}b\n`, patch)).toBe(`a\n${patch.replace}b\n`);
    expect(() => applyPatch("another release", patch)).toThrow("0 times");
    expect(() => applyPatch(patch.find + patch.find, patch)).toThrow("2 times");
  }
});

test("a script finds its Python beside itself, and stays as it was otherwise", () => {
  const script = relocatable("#!/somewhere/unfinished/bin/python\nimport sys\n");
  expect(script.split("\n")[0]).toBe("#!/bin/sh");
  expect(script).not.toContain("unfinished");
  expect(script.endsWith("\nimport sys\n")).toBe(true);
});

test("what pip says is explained", () => {
  expect(explain("x\nOSError: [Errno 28] No space left on device")).toContain("disk is full");
  expect(explain("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE")).toContain(
    "not the one that was locked",
  );
  expect(explain("NewConnectionError: Failed to establish a new connection")).toContain("cannot be reached");
});
