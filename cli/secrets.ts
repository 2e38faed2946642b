import { generateKeyPairSync, randomBytes } from "node:crypto";
import { sshKeyPair } from "../stacks/openssh.ts";
import { authorities, type SecretName, type Secrets, secretNames } from "../stacks/secrets.ts";
import { belongTogether, type Issued, isIssuedBy, issueClient, loadAuthority, newAuthority } from "./pki.ts";

type Existing = Partial<Record<SecretName, string>>;

/**
 * Every secret of an estate, by the name of its configuration key (`estate:<name>`). What `existing` has is kept byte for
 * byte; the rest is made.
 *
 * A certificate and its key are one: where a half is missing, cannot be read, or is another's, both are made anew, and the
 * administrator's with the authority that signs it. So the caller must store every value that differs from the existing.
 *
 * @throws Error when the administrator's certificate is to be signed by an authority with another key than EC P-256
 */
export async function generateSecrets(existing: Existing): Promise<Secrets> {
  const made: Existing = {
    sshKey: existing.sshKey || sshKeyPair(randomBytes(32), "estate").privateKey,
    hostKeySeed: existing.hostKeySeed || randomBytes(32).toString("base64"),
    serverToken: existing.serverToken || randomBytes(32).toString("hex"),
    agentToken: existing.agentToken || randomBytes(32).toString("hex"),
    serviceKey: existing.serviceKey || newServiceKey(),
  };
  for (const name of Object.keys(authorities) as (keyof typeof authorities)[]) {
    const [certificateName, keyName] = [`${name}CaCert`, `${name}CaKey`] as const;
    const { certificatePem, keyPem } =
      pair(existing[certificateName], existing[keyName]) ?? (await newAuthority(`estate-${name}-ca`));
    Object.assign(made, { [certificateName]: certificatePem, [keyName]: keyPem });
  }
  const admin = await administrator(existing, pair(made.clientCaCert, made.clientCaKey));
  Object.assign(made, { adminCert: admin.certificatePem, adminKey: admin.keyPem });
  return Object.fromEntries(secretNames.map((name) => [name, made[name] ?? ""])) as Secrets;
}

function pair(certificatePem: string | undefined, keyPem: string | undefined): Issued | undefined {
  if (!certificatePem || !keyPem) return undefined;
  return belongTogether({ certificatePem, keyPem }) ? { certificatePem, keyPem } : undefined;
}

async function administrator({ adminCert, adminKey }: Existing, client: Issued | undefined): Promise<Issued> {
  if (!client) throw new Error("there is no client authority to sign the administrator's certificate");
  const existing = pair(adminCert, adminKey);
  if (existing && isIssuedBy(existing, client)) return existing;
  const authority = await loadAuthority(client.certificatePem, client.keyPem);
  return issueClient(authority, { commonName: "estate-admin", group: "system:masters" });
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
