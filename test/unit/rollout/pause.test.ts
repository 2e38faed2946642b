import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readPause, setPause } from "../../../cli/rollout/pause.ts";
import { pauseIn } from "../../../cli/rollout/paused.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-pause-"));
  file = join(folder, "Pulumi.mine.yaml");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const secret = `v1:abcdefgh:${"x".repeat(200)}==`;
const text = `encryptionsalt: v1:salt
config:
  # why three servers: etcd
  estate:estate:
    zone: meet.example.org # ours
    image: { name: a name with spaces that is long enough that somebody might think of breaking this line in two }
  estate:sshKey:
    secure: ${secret}
`;

test("a pause is one line more in the stack file, and away again after it", async () => {
  await writeFile(file, text);
  await chmod(file, 0o600);
  expect(await readPause("mine", folder)).toBeUndefined();
  await setPause("mine", "wait: for the new kernel", folder);
  expect(await readPause("mine", folder)).toBe("wait: for the new kernel");
  expect(await readFile(file, "utf8")).toBe(`${text}  estate:paused: "wait: for the new kernel"\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await setPause("mine", undefined, folder);
  expect(await readFile(file, "utf8")).toBe(text);
  expect(await readdir(folder)).toEqual(["Pulumi.mine.yaml"]);
});

test("a stack without a file is not paused: its name is wrong", async () => {
  await expect(setPause("mine", "x", folder)).rejects.toThrow(/^there is no .*Pulumi\.mine\.yaml: name the stack/);
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["false", undefined],
  [false, undefined],
  ["true", "true"],
  [" why ", "why"],
])("the value %o says %o", (value, why) => expect(pauseIn(value)).toBe(why));
