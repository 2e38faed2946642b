import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarios } from "./network/scenarios.ts";

/** Namespaces of their own: no packet leaves them, and the kernel clears up. */
const apart = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
const unprivileged = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user", "--map-auto"];

describe("the network, without OpenStack, with packets", () => {
  let folder = "";
  let results: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-network-"));
    const file = join(folder, "results.json");
    const program = join(import.meta.dirname, "network", "packets.ts");
    await execa("unshare", [...unprivileged, ...apart, process.execPath, program, file], { env: { TMPDIR: folder } });
    results = JSON.parse(await readFile(file, "utf8"));
    process.stderr.write(`${results.timing}\n`);
  }, 180_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.keys(scenarios))("%s", (name) => {
    expect(results[name]).toBe("passed");
  });
});
