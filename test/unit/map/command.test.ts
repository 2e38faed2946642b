/** `estate map` as an operator runs it, with a pulumi that prints a state. */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EstateMap } from "../../../cli/map/estate-map.ts";
import { project } from "../../../local/place.ts";
import { compiled } from "../compiled.ts";
import { ciphertext, stateOf } from "./states.ts";

let folder: string;
const state = await stateOf("six hosts");

/** Says with what it was called, and prints the state. */
const pulumi = `#!/bin/sh
echo "$@" >>"$CALLS"
[ -s "$STATE" ] || { echo "error: no stack named 'prod' found" >&2; exit 1; }
exec cat "$STATE"
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-map-"));
  await writeFile(join(folder, "pulumi"), pulumi);
  await chmod(join(folder, "pulumi"), 0o755);
  await writeFile(join(folder, "state"), JSON.stringify(state));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function map(args: readonly string[], stateFile = "state") {
  return execa(process.execPath, [join(project, "cli", "main.ts"), "map", ...args], {
    ...{ reject: false, extendEnv: false, cwd: folder, stripFinalNewline: false },
    env: { ...compiled, PATH: `${folder}:/usr/bin:/bin`, STATE: join(folder, stateFile), CALLS: join(folder, "calls") },
  });
}

const stack = ["--stack", "organization/estate/prod"];

test("writes a page of the state, which it asks for without secrets, and says where", async () => {
  const { exitCode, stdout, stderr } = await map(stack);
  expect([exitCode, stdout]).toEqual([0, ""]);
  expect(stderr).toBe(`The map of 6 hosts is in ${join(folder, "estate-map.html")}\n`);
  expect(await readFile(join(folder, "calls"), "utf8")).toBe(
    "stack export --stack organization/estate/prod --non-interactive --color=never\n",
  );
  const page = await readFile(join(folder, "estate-map.html"), "utf8");
  expect(page).toContain("worker-01");
  expect(page).not.toContain(ciphertext);
  expect((await map([...stack, "--output", "-"])).stdout).toBe(page);
});

test("writes what it draws as JSON, for machines", async () => {
  const { stdout } = await map([...stack, "--json"]);
  const drawn = JSON.parse(stdout) as EstateMap;
  expect(drawn.stack).toBe("prod");
  expect(drawn.hosts.map(({ name, health }) => `${name} ${health}`)).toContain("bbb-02 up");
});

test("says what pulumi said, and what to do; and where the page cannot be written", async () => {
  const missing = await map(stack, "nothing");
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toMatch(
    /'pulumi stack export' failed: error: no stack named 'prod' found\n.*run 'estate map' again\.$/m,
  );
  const unwritten = await map([...stack, "--output", join(folder, "no", "page.html")]);
  expect(unwritten.exitCode).toBe(1);
  expect(unwritten.stderr).toMatch(/^estate: the map cannot be written: ENOENT/);
});
