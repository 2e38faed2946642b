/** `estate pin` against registries that behave as real ones; none is asked here. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Pin, pin, pinned } from "../../../cli/pin/pin.ts";
import { nameOf, referencesIn, withDigests } from "../../../cli/pin/references.ts";
import { digestOf } from "../../../cli/pin/registry.ts";
import { project } from "../../../local/place.ts";
import { versions } from "../../../stacks/versions.ts";
import { openRegistry, type Registry, sha256 } from "./registry.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const redis = { registry: "docker.io", repository: "library/redis", tag: "7.2.14-bookworm" };

/** Every text below an object. */
function textsIn(value: unknown): string[] {
  return typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(textsIn);
}

describe("what a source file names", () => {
  test("is every image that the estate pins, each as it is written", async () => {
    const found = referencesIn(await readFile(pinned, "utf8"));
    const images = textsIn(versions).filter((text) => /^[^/:]+\.[^/:]+\/[^:]+:/.test(text));
    expect(images.length).toBeGreaterThan(40);
    expect(found.map((one) => `${nameOf(one)}${one.digest ? `@${one.digest}` : ""}`).sort()).toEqual(
      [...new Set(images)].sort(),
    );
  });

  test("is no address of a page, no flag and no name without a tag", () => {
    const text = `"https://example.org/page:1" "a/b:c" "docker.io/library/redis" "registry:5000/own/app:1.0"`;
    expect(referencesIn(text).map(nameOf)).toEqual(["registry:5000/own/app:1.0"]);
  });

  test("gets its digest, and nothing else of the text changes", () => {
    const text = `// docker.io/library/redis:7.2.14-bookworm\nredis:\n  "${nameOf(redis)}@${digest("a")}",\nother: "docker.io/x/y:1",\n`;
    expect(withDigests(text, new Map([[nameOf(redis), digest("b")]]))).toBe(text.replace(digest("a"), digest("b")));
    expect(withDigests(text, new Map([["docker.io/x/y:1", digest("c")]]))).toBe(
      text.replace("y:1", `y:1@${digest("c")}`),
    );
  });
});

let registry: Registry;
const through = () => ({ "docker.io": registry.url });

describe("a registry", () => {
  afterEach(() => registry.close());

  test("is asked with HEAD alone; a mirror is told of which registry", async () => {
    registry = await openRegistry();
    registry.manifests["library/redis:7.2.14-bookworm"] = "an index";
    expect(await digestOf(redis, through())).toBe(sha256("an index"));
    expect(registry.seen).toEqual(["HEAD /v2/library/redis/manifests/7.2.14-bookworm?ns=docker.io"]);
  });

  test("that does not say a digest is asked for the manifest, which is hashed", async () => {
    registry = await openRegistry({ silent: true });
    registry.manifests["library/redis:7.2.14-bookworm"] = "an index";
    expect(await digestOf(redis, through())).toBe(sha256("an index"));
  });

  test("that wants a token gets that for everybody, for this image alone", async () => {
    registry = await openRegistry({ tokens: true });
    registry.manifests["library/redis:7.2.14-bookworm"] = "an index";
    expect(await digestOf(redis, through())).toBe(sha256("an index"));
    expect(registry.seen[1]).toBe("GET /token?service=registry&scope=repository%3Alibrary%2Fredis%3Apull");
  });

  test("that is busy is asked again", async () => {
    registry = await openRegistry({ busy: 2 });
    registry.manifests["library/redis:7.2.14-bookworm"] = "an index";
    expect(await digestOf(redis, through(), 1)).toBe(sha256("an index"));
    expect(registry.seen).toHaveLength(3);
  });

  test.each([
    [{}, "has no such tag", 1],
    [{ status: 403 }, "does not show it to everybody", 1],
    [{ status: 401 }, "wants a login", 1],
    [{ busy: 9 }, "answers 429, again and again", 4],
  ])("%o: the image, who and why is said", async (manners, why, requests) => {
    registry = await openRegistry(manners);
    await expect(digestOf(redis, through(), 1)).rejects.toThrow(`${nameOf(redis)}: ${registry.url} ${why}`);
    expect(registry.seen).toHaveLength(requests);
  });

  test("that nobody answers for is said so", async () => {
    registry = await openRegistry();
    registry.close();
    await expect(digestOf(redis, through(), 1)).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
  });
});

describe("estate pin", () => {
  let folder: string;
  let file: string;
  const [same, moved, without, unknown] = ["same", "moved", "new", "unknown"].map((name) => `docker.io/own/${name}:1`);
  const text = () =>
    `export const versions = {\n  a: "${same}@${sha256("same")}",\n  b: "${moved}@${digest("a")}",\n  c: "${without}",\n  d: "${unknown}",\n};\n`;
  const pinAll = async (options: Parameters<typeof pin>[1], wanted: string[] = []) => {
    let stdout = "";
    const printed = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += text;
      return true;
    });
    await pin(wanted, { json: true, mirror: through(), ...options }, file).finally(() => printed.mockRestore());
    const { exitCode } = process;
    process.exitCode = undefined;
    return { exitCode, ...(JSON.parse(stdout) as { readonly pins: readonly Pin[]; readonly written: number }) };
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "estate-pin-"));
    file = join(folder, "versions.ts");
    await writeFile(file, text());
    registry = await openRegistry({ tokens: true });
    for (const name of ["same", "moved", "new"]) registry.manifests[`own/${name}:1`] = name;
  });
  afterEach(async () => {
    registry.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("writes what is known, says what is not, and that one is not: exit code 1", async () => {
    const { exitCode, pins, written } = await pinAll({ yes: true });
    expect([exitCode, written]).toEqual([1, 2]);
    expect(pins.map(({ image, verdict }) => [image, verdict])).toEqual([
      [same, "same"],
      [moved, "moved"],
      [without, "new"],
      [unknown, "unknown"],
    ]);
    expect(await readFile(file, "utf8")).toBe(
      text()
        .replace(digest("a"), sha256("moved"))
        .replace(`${without}"`, `${without}@${sha256("new")}"`),
    );
    expect(await readdir(folder)).toEqual(["versions.ts"]);
  });

  test("a second time there is nothing to write", async () => {
    await pinAll({ yes: true }, ["same", "moved", "new"]);
    expect(await pinAll({}, ["same", "moved", "new"])).toMatchObject({ exitCode: 0, written: 0 });
  });

  test("with --check nothing is written: exit code 2", async () => {
    expect(await pinAll({ check: true }, ["moved"])).toMatchObject({ exitCode: 2, written: 0 });
    expect(await pinAll({ check: true }, ["same"])).toMatchObject({ exitCode: 0, written: 0 });
    expect(await readFile(file, "utf8")).toBe(text());
  });

  test("a tag that moved is not taken without a word", async () => {
    await expect(pinAll({})).rejects.toThrow("nobody can be asked here");
    expect(await readFile(file, "utf8")).toBe(text());
    expect(await pinAll({}, ["new"])).toMatchObject({ exitCode: 0, written: 1 });
  });

  test("on the command line: names that no image has, and what is no mirror, are said", async () => {
    const estate = (...args: string[]) =>
      execa(process.execPath, [join(project, "cli", "main.ts"), "pin", ...args], { reject: false, stdin: "ignore" });
    const none = await estate("nothing-is-named-so");
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringContaining("is named nothing-is-named-so")]);
    const wrong = await estate("--mirror", "docker.io");
    expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining("write a registry and its address")]);
    const checked = await estate("redis:7", "--check", "--mirror", `docker.io=${registry.url}`);
    expect([checked.exitCode, checked.stdout]).toEqual([
      1,
      expect.stringMatching(/redis:7\S+ +could not be asked +.*has no such tag/),
    ]);
  });
});
