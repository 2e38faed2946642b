/** A real turnserver behind a floating IP, as its pod runs it, and a client of TURN in the world outside. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { namespaces } from "../../local/daemon/launch.ts";
import { scenarios } from "./turn/scenarios.ts";

describe("a TURN server", () => {
  let folder = "";
  let results: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-turn-"));
    const file = join(folder, "results.json");
    const program = join(import.meta.dirname, "turn", "lab.ts");
    await execa("unshare", [...namespaces, process.execPath, "--no-warnings", program, file]);
    results = JSON.parse(await readFile(file, "utf8"));
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("reads all of its configuration but what came after Debian's coturn 4.6", () => {
    expect(results.failed).toBeUndefined();
    const unknown = [...(results.said ?? "").matchAll(/Bad configuration format: (\S+)/g)].map(([, key]) => key);
    expect(new Set(unknown)).toEqual(new Set(["dtls", "stateless-nonce-secret", "prometheus", "prometheus-port"]));
    expect(results.said).not.toMatch(/whitelisting/i);
  });

  test.each(Object.keys(scenarios))("%s", (name) => {
    expect(results[name]).toBe("passed");
  });
});
