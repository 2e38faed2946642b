/** What the house keeps of its files: how long they may be, and what may import what. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import { project } from "../../../local/place.ts";

/** Every file of the project that git knows or would take, so nothing that is installed or made. */
const files = execaSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: project })
  .stdout.split("\n")
  .filter(Boolean);
const read = (file: string) => readFileSync(join(project, file), "utf8");

test("no source file has more than 250 lines", () => {
  const sources = files.filter((file) => /\.(ts|go|py|sh|js|mjs)$/.test(file) && !/^test\/|_test\.go$/.test(file));
  // what is looked at is what is meant
  expect(sources).toEqual(expect.arrayContaining(["index.ts", "components/host.ts", "local/boot/host.ts"]));
  const lines = (file: string) => read(file).split("\n").length - 1;
  expect(sources.filter((file) => lines(file) > 250).map((file) => `${file}: ${lines(file)} lines`)).toEqual([]);
});

test("ignition/ renders: it imports no Pulumi, not even for a type", () => {
  const sources = files.filter((file) => /^ignition\/.*\.ts$/.test(file));
  expect(sources).toContain("ignition/render.ts");
  const importing = /\b(?:from|import)\s*\(?\s*["']@pulumi\//;
  expect(sources.filter((file) => importing.test(read(file)))).toEqual([]);
  // what it is looked for by finds each way of importing
  for (const way of [
    'import * as p from "@pulumi/pulumi"',
    'import type { X } from "@pulumi/a"',
    'await import("@pulumi/a")',
  ])
    expect(way).toMatch(importing);
});
