import { webcrypto } from "node:crypto";
import { existsSync } from "node:fs";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { type CloudFacts, configuration } from "./facts.ts";
import { writePrivately } from "./files.ts";

const algorithm = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** The authority with which Octavia signs the certificate of each (played) amphora, unless it is there already. */
export async function ensureAuthority(facts: CloudFacts): Promise<void> {
  const folder = configuration(facts, "octavia");
  if (existsSync(`${folder}/ca.key`)) return;
  const { certificate, key } = await makeAuthority();
  await writePrivately({ [`${folder}/ca.pem`]: certificate, [`${folder}/ca.key`]: key });
}

/** A self-signed authority valid for ten years, in PEM. */
export async function makeAuthority(): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const year = 365 * 24 * 3600 * 1000;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=amphorae of the local stack",
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 24 * 3600 * 1000),
    notAfter: new Date(Date.now() + 10 * year),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { certificate: certificate.toString("pem"), key };
}
