import { expect, test } from "vitest";
import { archivesOf, pulumi } from "../../../local/engine/archives.ts";
import { pieces } from "../../../local/engine/pieces.ts";
import { versions } from "../../../stacks/versions.ts";

const wanted = pieces();
const names = (archives: ReturnType<typeof archivesOf>) => archives.map(({ name }) => name);

test.each(["x64", "arm64"])(
  "the pinned version of the CLI has an archive for %s, with its language host",
  (processor) => {
    const [cli] = archivesOf(wanted, pulumi, processor);
    expect(cli?.url).toBe(`https://get.pulumi.com/releases/sdk/pulumi-v${versions.pulumi}-linux-${processor}.tar.gz`);
    expect(cli?.pieces.map(({ program }) => program)).toEqual(["pulumi", "pulumi-language-nodejs"]);
  },
);

test("every hash is that of an archive which is wanted, and no two are the same", () => {
  const hashes = Object.values(pulumi.sha256);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(hashes).size).toBe(hashes.length);
  const files = ["x64", "arm64"].flatMap((processor) => names(archivesOf(wanted, pulumi, processor)));
  expect(Object.keys(pulumi.sha256).sort()).toEqual(files.map((name) => `${name}.tar.gz`).sort());
});

test("another version, or another processor, has none until its hash is pinned", () => {
  const next = wanted.map((piece) => ({ ...piece, version: "3.999.0" }));
  expect(archivesOf(next, pulumi, "x64")).toEqual([]);
  expect(archivesOf(wanted, pulumi, "riscv64")).toEqual([]);
});

test("what is not missing is not fetched", () => {
  expect(archivesOf([], pulumi, "x64")).toEqual([]);
});

test("a plugin is one more line, and an archive of its own", () => {
  const sha256 = { "pulumi-resource-command-v1.2.1-linux-amd64.tar.gz": "0".repeat(64) };
  expect(archivesOf(wanted, { ...pulumi, sha256 }, "x64")).toEqual([
    {
      name: "pulumi-resource-command-v1.2.1-linux-amd64",
      url: "https://get.pulumi.com/releases/plugins/pulumi-resource-command-v1.2.1-linux-amd64.tar.gz",
      sha256: "0".repeat(64),
      folder: ".",
      pieces: [expect.objectContaining({ name: "command" })],
    },
  ]);
});
