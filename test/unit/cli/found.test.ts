/** Who brings the authorities' keys: with a `pulumi` and an `ssh` that answer as told. */

import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { found } from "../../../cli/found/found.ts";
import { generateSecrets } from "../../../cli/secrets.ts";
import { renderAuthorities } from "../../../ignition/founding.ts";
import { hostKeyPair } from "../../../stacks/openssh.ts";
import { authorityKeyNames, type Secrets } from "../../../stacks/secrets.ts";
import { plainDocument } from "../stacks/fixtures.ts";

const secrets = await generateSecrets({});
const founding = { host: "orchestrator-01", address: "192.0.2.7", stack: "prod", base: "prod-base" };
const environment = { ESTATE_BASE_PASSPHRASE: "of the base" };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-found-test-"));
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

/** Answers for either stack with the configuration that it has. */
async function pulumi(base: Partial<Secrets> = secrets): Promise<void> {
  const settings = (values: Partial<Secrets>, keys: boolean) =>
    Object.entries(values).flatMap(([name, value]) =>
      (authorityKeyNames as readonly string[]).includes(name) === keys ? [[`estate:${name}`, { value }]] : [],
    );
  const own = [["estate:estate", { objectValue: plainDocument() }], ...settings(secrets, false)];
  await writeFile(join(folder, "own.json"), JSON.stringify(Object.fromEntries(own)));
  await writeFile(join(folder, "base.json"), JSON.stringify(Object.fromEntries(settings(base, true))));
  await program(
    "pulumi",
    `case "$*" in *prod-base*) [ "$PULUMI_CONFIG_PASSPHRASE" = "of the base" ] || { echo incorrect passphrase >&2; exit 1; }; cat ${folder}/base.json ;; *) cat ${folder}/own.json ;; esac`,
  );
}

it("the host is given them on standard input, by ssh that trusts its pinned key alone; the key for it does not stay", async () => {
  await pulumi();
  await program(
    "ssh",
    `echo "$@" > ${folder}/arguments; cat > ${folder}/input; cp "$4" ${folder}/key; for word; do case $word in UserKnownHostsFile=*) cp "\${word#*=}" ${folder}/known ;; esac; done`,
  );
  await found(founding, environment);
  const words = await readFile(join(folder, "arguments"), "utf8");
  for (const option of ["StrictHostKeyChecking=yes", "GlobalKnownHostsFile=/dev/null", "IdentityAgent=none"])
    expect(words).toContain(option);
  expect(words).toMatch(/core@192\.0\.2\.7 /);
  expect(await readFile(join(folder, "known"), "utf8")).toBe(
    `192.0.2.7 ${hostKeyPair(secrets.hostKeySeed, "orchestrator-01").publicKey}\n`,
  );
  // a hash would do; a difference must print no key
  expect((await readFile(join(folder, "input"), "utf8")) === renderAuthorities(secrets)).toBe(true);
  expect((await stat(join(folder, "key"))).size).toBeGreaterThan(0);
  expect(existsSync(words.split(" ")[3] ?? "/")).toBe(false);
  expect(words).not.toContain(secrets.clientCaKey.split("\n")[1]);
});

it("a host that refuses is asked again, one with another host key is not", async () => {
  await pulumi();
  await program("ssh", `cat > ${folder}/input; [ -e ${folder}/second ] && exit; touch ${folder}/second; exit 255`);
  await found(founding, environment);
  await program("ssh", `echo again >> ${folder}/times; echo "Host key verification failed." >&2; exit 255`);
  await expect(found(founding, environment)).rejects.toThrow(
    /was not given the authorities' keys: Host key verification/,
  );
  expect(await readFile(join(folder, "times"), "utf8")).toBe("again\n");
});

it("without the passphrase of the base, or with keys of another estate, nothing is sent", async () => {
  await pulumi();
  await program("ssh", `touch ${folder}/sent`);
  await expect(found(founding, {})).rejects.toThrow(/ESTATE_BASE_PASSPHRASE or ESTATE_BASE_PASSPHRASE_FILE/);
  await expect(found(founding, { ESTATE_BASE_PASSPHRASE: "wrong" })).rejects.toThrow(
    /incorrect passphrase\nSay the passphrase of the base with ESTATE_BASE_PASSPHRASE/,
  );
  await pulumi({ ...secrets, clientCaKey: (await generateSecrets({})).clientCaKey });
  await expect(found(founding, environment)).rejects.toThrow(/the certificate and the key of client do not belong/);
  expect(existsSync(join(folder, "sent"))).toBe(false);
});
