import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** A certificate for these names that signs itself, and its key, both in PEM. */
export async function certificateFor(...names: string[]): Promise<{ readonly chain: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned({
    ...{ keys, signingAlgorithm: algorithm, name: "CN=a test", serialNumber: "01" },
    ...{ notBefore: new Date("2026-01-01"), notAfter: new Date("2126-01-01") },
    extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" });
  return { chain: `${made.toString("pem")}\n`, key: String(key) };
}
