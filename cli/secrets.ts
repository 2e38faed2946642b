import { generateKeyPairSync, randomBytes } from "node:crypto";
import { sshKeyPair } from "../stacks/openssh.ts";
import { authorities, type SecretName, type Secrets, secretNames } from "../stacks/secrets.ts";
import { type Authority, issueClient, loadAuthority, newAuthority } from "./pki.ts";

/**
 * Every secret of an estate, by the name of its configuration key (`estate:<name>`). What `existing` has is kept as it
 * is; the rest is made. A certificate is made anew together with its key.
 *
 * @throws Error when an existing key cannot be read
 */
export async function generateSecrets(existing: Partial<Record<SecretName, string>>): Promise<Secrets> {
  const made: Partial<Record<SecretName, string>> = {
    sshKey: sshKeyPair(randomBytes(32), "estate").privateKey,
    hostKeySeed: randomBytes(32).toString("base64"),
    serverToken: randomBytes(32).toString("hex"),
    agentToken: randomBytes(32).toString("hex"),
    serviceKey: newServiceKey(),
  };
  const found: Partial<Record<string, Authority>> = {};
  for (const name of Object.keys(authorities) as (keyof typeof authorities)[]) {
    const [certificateName, keyName] = [`${name}CaCert`, `${name}CaKey`] as const;
    const [certificate, key] = [existing[certificateName], existing[keyName]];
    const authority =
      certificate && key ? await loadAuthority(certificate, key) : await newAuthority(`estate-${name}-ca`);
    Object.assign(made, { [certificateName]: authority.certificatePem, [keyName]: authority.keyPem });
    found[name] = authority;
  }
  if (found.client) Object.assign(made, await adminCertificate(found.client, existing));
  return Object.fromEntries(secretNames.map((name) => [name, kept(name, existing) ?? made[name] ?? ""])) as Secrets;
}

/** Certificates and their keys are kept as pairs, which is decided above; everything else stands alone. */
function kept(name: SecretName, existing: Partial<Record<SecretName, string>>): string | undefined {
  return /(Cert|CaKey)$|^adminKey$/.test(name) ? undefined : existing[name];
}

async function adminCertificate(client: Authority, existing: Partial<Record<SecretName, string>>) {
  const { adminCert, adminKey, clientCaKey } = existing;
  if (adminCert && adminKey && clientCaKey) return { adminCert, adminKey };
  const { certificatePem, keyPem } = await issueClient(client, { commonName: "estate-admin", group: "system:masters" });
  return { adminCert: certificatePem, adminKey: keyPem };
}

/** RSA in PKCS #1, as k3s itself makes it. */
function newServiceKey(): string {
  const encoding = { type: "pkcs1", format: "pem" } as const;
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: encoding,
    publicKeyEncoding: encoding,
  }).privateKey;
}
