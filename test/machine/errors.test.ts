/** What a machine that lacks something is told: one error with the cure, and nothing is left that the next run would stumble over. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { estate } from "./machine.ts";

let scratch: string;
let own: Record<string, string>;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "estate-errors-"));
});
/** A stack and a cache of their own, empty. */
beforeEach(async () => {
  const folder = await mkdtemp(join(scratch, "stack-"));
  own = {
    ESTATE_DATA: join(folder, "data"),
    ESTATE_CACHE: join(folder, "cache"),
    PIP_RETRIES: "0",
    PIP_NO_CACHE_DIR: "1",
  };
});
afterAll(async () => rm(scratch, { recursive: true, force: true }));

async function errorOfUp(env: Record<string, string>): Promise<string> {
  const { exitCode, stdout } = await estate(["up", "--yes", "--no-estate", "--json"], { env: { ...own, ...env } });
  expect(exitCode).toBe(1);
  return (JSON.parse(String(stdout)) as { error: string }).error;
}

test("a Go that is too old", async () => {
  const tools = join(scratch, "tools");
  await mkdir(tools);
  // what an old Go answers to `go env GOVERSION GOTOOLCHAIN GOSUMDB`
  await writeFile(join(tools, "go"), "#!/bin/sh\necho go1.19\necho local\necho off\n");
  await chmod(join(tools, "go"), 0o755);
  expect(await errorOfUp({ PATH: `${tools}:${process.env.PATH}` })).toMatch(/go1\.19.*Install Go 1[.\d]+ or newer/s);
});

test("no registry that answers", async () => {
  const nowhere = "http://127.0.0.1:9";
  // nothing of an earlier build may help
  const modules = { GOCACHE: join(scratch, "go-build"), GOMODCACHE: join(scratch, "go-modules") };
  const error = await errorOfUp({ ...modules, GOPROXY: nowhere, PIP_INDEX_URL: `${nowhere}/simple` });
  expect(error).toMatch(/GOPROXY.*run it again: it goes on/s);
});

test("a full disk", async () => {
  const { ESTATE_CACHE: cache = "" } = own;
  await mkdir(cache, { recursive: true });
  await execa("mount", ["-t", "tmpfs", "-o", "size=4M", "tmpfs", cache]);
  try {
    expect(await errorOfUp({})).toMatch(/the disk is full.*run it again: it goes on/s);
  } finally {
    await execa("umount", [cache]);
  }
});
