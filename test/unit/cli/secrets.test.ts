import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { generateSecrets } from "../../../cli/secrets.ts";
import { authorities, type SecretName, type Secrets, secretNames } from "../../../stacks/secrets.ts";

const names = Object.keys(authorities) as (keyof typeof authorities)[];
const complete = await generateSecrets({});
const other = await generateSecrets({});

function without(...missing: readonly SecretName[]): Partial<Secrets> {
  return Object.fromEntries(Object.entries(complete).filter(([name]) => !missing.includes(name as SecretName)));
}

/** What k3s and every TLS client will find out: keys belong to certificates, and signatures are the authority's. */
function expectSound(secrets: Secrets): void {
  for (const name of names) {
    const certificate = new X509Certificate(secrets[`${name}CaCert`]);
    expect(certificate.checkPrivateKey(createPrivateKey(secrets[`${name}CaKey`]))).toBe(true);
    expect([certificate.ca, certificate.verify(certificate.publicKey)]).toEqual([true, true]);
  }
  const [admin, client] = [new X509Certificate(secrets.adminCert), new X509Certificate(secrets.clientCaCert)];
  expect(admin.checkPrivateKey(createPrivateKey(secrets.adminKey))).toBe(true);
  expect([admin.checkIssued(client), admin.verify(client.publicKey)]).toEqual([true, true]);
}

const changed = (secrets: Secrets) => secretNames.filter((name) => secrets[name] !== complete[name]);
const administrator = ["adminCert", "adminKey"] as const;
const withAdministrator = (name: string) => (name === "client" ? administrator : []);

describe("secrets that exist", () => {
  it("are kept byte for byte, and fit each other", async () => {
    expectSound(complete);
    expect(await generateSecrets(complete)).toEqual(complete);
    // as an operator's editor may have left it; k3s compares hashes of these bytes
    const edited = { ...complete, serverCaCert: `${complete.serverCaCert}\n` };
    expect(await generateSecrets(edited)).toEqual(edited);
  });

  it.each(secretNames.filter((name) => !/Cert$|CaKey$|^adminKey$/.test(name)))("stand alone: %s", async (name) => {
    expect(changed(await generateSecrets(without(name)))).toEqual([name]);
    expect(changed(await generateSecrets({ ...complete, [name]: "" }))).toEqual([name]);
  });
});

describe.each(names)("the pair of the authority %s", (name) => {
  const [certificate, key] = [`${name}CaCert`, `${name}CaKey`] as const;
  const anew: readonly SecretName[] = [certificate, key, ...withAdministrator(name)];

  it.each([
    ["its key is missing", without(key)],
    ["its certificate is missing", without(certificate)],
    ["both are missing", without(certificate, key)],
    ["its key is another's", { ...complete, [key]: other[key] }],
    ["its certificate is another's", { ...complete, [certificate]: other[certificate] }],
    ["its key cannot be read", { ...complete, [key]: "-----BEGIN EC PRIVATE KEY-----\nAAAA\n" }],
  ])("is made anew as a whole when %s, and nothing else is", async (_, existing) => {
    const secrets = await generateSecrets(existing);
    expectSound(secrets);
    expect(changed(secrets)).toEqual(secretNames.filter((one) => anew.includes(one)));
  });
});

describe("the administrator's pair", () => {
  it.each([
    ["its key is missing", without("adminKey")],
    ["its certificate is missing", without("adminCert")],
    ["its key is another's", { ...complete, adminKey: other.adminKey }],
    ["another authority signed it", { ...complete, adminCert: other.adminCert, adminKey: other.adminKey }],
  ])("is made anew as a whole when %s, and its authority is not", async (_, existing) => {
    const secrets = await generateSecrets(existing);
    expectSound(secrets);
    expect(changed(secrets)).toEqual(administrator);
  });
});
