import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeAuthority } from "../../../local/openstack/certificates.ts";
import { writePrivately } from "../../../local/openstack/files.ts";
import { longestPassword } from "../../../local/openstack/keystone.ts";
import { makeSecrets, metadataSecret, parseSecrets, readSecrets } from "../../../local/openstack/secrets.ts";

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "estate-secrets-"));
});
afterAll(() => rm(data, { recursive: true, force: true }));

test("secrets are made once, kept, and readable by their owner only", async () => {
  const first = await readSecrets(data);
  expect(await readSecrets(data)).toEqual(first);
  expect(await metadataSecret({ data })).toBe(first.metadata);
  const file = join(data, "openstack", "secrets.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(first);
});

test("no two secrets, and no two clouds, are alike", () => {
  const flat = (value: unknown): unknown[] =>
    typeof value === "object" && value ? Object.values(value).flatMap(flat) : [value];
  const all = [...flat(makeSecrets()), ...flat(makeSecrets())];
  expect(new Set(all).size).toBe(all.length);
});

test("what keystone hashes is not longer than bcrypt looks at: it would cut it, and warn", () => {
  const { admin, estate, applicationCredential, services } = makeSecrets();
  for (const password of [admin, estate, applicationCredential, ...Object.values(services)])
    expect(Buffer.byteLength(password)).toBeLessThanOrEqual(longestPassword);
});

test("keystone's keys are Fernet keys: 32 bytes in base64 for URLs", () => {
  const { fernet, credential, octavia } = makeSecrets();
  for (const key of [...fernet, ...credential]) {
    expect(key).toMatch(/^[\w-]{43}=$/);
    expect(Buffer.from(key, "base64url")).toHaveLength(32);
  }
  expect(octavia).toHaveLength(32);
});

test("a damaged file is a clear error", () => {
  expect(() => parseSecrets("{", "/data/secrets.json")).toThrow("/data/secrets.json is damaged");
  expect(() => parseSecrets(JSON.stringify({ ...makeSecrets(), admin: "x" }), "f")).toThrow("estate local reset");
});

test("configuration is written for its owner only", async () => {
  const file = join(data, "etc", "nova", "nova.conf");
  await writeFile(join(data, "nothing"), "");
  await writePrivately({ [file]: "a" });
  await writePrivately({ [file]: "b" });
  expect(await readFile(file, "utf8")).toBe("b");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(data, "etc"))).mode & 0o777).toBe(0o700);
});

test("the authority of amphorae may sign certificates", async () => {
  const { certificate, key } = await makeAuthority();
  const parsed = new X509Certificate(certificate);
  expect(parsed.ca).toBe(true);
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(key).toContain("BEGIN PRIVATE KEY");
});
