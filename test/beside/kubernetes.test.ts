import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureKubernetes } from "../../local/kubernetes/kubernetes.ts";
import { place } from "../../local/place.ts";
import { scenarios } from "./kubernetes/scenarios.ts";

/** Namespaces of their own: no packet leaves them, and the kernel clears up. */
const apart = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
const unprivileged = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user", "--map-auto"];

describe("k3s as it is played, without OpenStack", () => {
  let folder = "";
  let results: Readonly<Record<string, { readonly outcome: string }>> = {};

  beforeAll(async () => {
    const { binary } = await ensureKubernetes(place(), (line) => process.stderr.write(`${line}\n`));
    folder = await mkdtemp(join(tmpdir(), "estate-kubernetes-"));
    const file = join(folder, "results.json");
    const program = [process.execPath, join(import.meta.dirname, "kubernetes", "run.ts"), folder, binary, file];
    await execa("unshare", [...unprivileged, ...apart, ...program], { stdio: ["ignore", "inherit", "inherit"] });
    results = JSON.parse(await readFile(file, "utf8"));
  }, 1_800_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(Object.keys(scenarios))("%s", (name) => {
    expect(results[name]?.outcome).toBe("passed");
  });
});
