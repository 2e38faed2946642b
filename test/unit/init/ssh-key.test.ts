import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkSameKey, readSshKey } from "../../../cli/init/ssh-key.ts";
import { publicKeyOf, sshKeyPair } from "../../../stacks/openssh.ts";
import { made } from "./ssh-keys.ts";

let folder: string;
let key: string;
const other = sshKeyPair(Buffer.alloc(32, 1), "other");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-key-"));
  key = join(folder, "infrastructure", "key");
  await mkdir(join(folder, "infrastructure"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const rsa = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 1024,
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
  });
const read = (file?: string, stored = false) => readSshKey({ folder, file, stored });

test("what ssh-keygen made is taken, from infrastructure or where it is said to be", async () => {
  await writeFile(key, made.ed25519);
  await writeFile(`${key}.pub`, made.ed25519Public);
  expect(await read()).toEqual({ file: "infrastructure/key", privateKey: made.ed25519 });
  expect(await read(key)).toEqual({ file: key, privateKey: made.ed25519 });
  expect(publicKeyOf(made.ed25519).split(" ")[1]).toBe(made.ed25519Public.split(" ")[1]);
});

test("without one, one is to be made", async () => {
  expect(await read()).toBeUndefined();
  await expect(read(key)).rejects.toThrow(`there is no file ${key}; 'ssh-keygen -t ed25519 -N "" -f ${key}' makes one`);
});

test.each([
  ["with a passphrase", made.withPassphrase],
  ["of another kind", made.ecdsa],
  ["of another format", rsa().privateKey],
])("a key %s is refused with the cure", async (_, text) => {
  await writeFile(key, text);
  await expect(read()).rejects.toThrow(
    /^infrastructure\/key is no Ed25519 .* without a passphrase; 'ssh-keygen -t ed25519 -N "" -f infrastructure\/key' makes one/,
  );
});

test.each([
  ["cut off", (text: string) => text.slice(0, 200)],
  ["without its last line", (text: string) => text.split("\n").slice(0, -2).join("\n")],
  [
    "of two keys",
    (text: string) => text.slice(0, 150) + sshKeyPair(Buffer.alloc(32, 2), "other").privateKey.slice(150),
  ],
  ["public", () => other.publicKey],
])("a key that is %s is refused", async (_, broken) => {
  await writeFile(key, broken(other.privateKey));
  await expect(read()).rejects.toThrow("is no Ed25519 private key");
});

test("a public half of another key is refused, and one without its private half", async () => {
  await writeFile(key, sshKeyPair(Buffer.alloc(32, 2), "mine").privateKey);
  await writeFile(`${key}.pub`, other.publicKey);
  await expect(read()).rejects.toThrow(/key\.pub is not the public half of .*'ssh-keygen -y -f infrastructure\/key > /);
  await rm(key);
  await expect(read()).rejects.toThrow("infrastructure/key.pub is there, but its private key");
  expect(await read(undefined, true), "the stack has the private half").toBeUndefined();
});

test("a stack that has another key already is not changed", () => {
  const mine = { file: "key", privateKey: sshKeyPair(Buffer.alloc(32, 2), "mine").privateKey };
  expect(() => checkSameKey("s", other.privateKey, mine)).toThrow("the stack s has another SSH key than key");
  expect(() => checkSameKey("s", mine.privateKey.trimEnd(), mine)).not.toThrow();
  expect(() => checkSameKey("s", undefined, mine)).not.toThrow();
});
