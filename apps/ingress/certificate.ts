import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { metadataOf } from "../manifests.ts";
import { app } from "./names.ts";

/** Secret: a certificate that somebody else has got, and its key. */
export function certificateSecret<Key>(name: string, chain: string, key: Key) {
  return {
    metadata: metadataOf(name, app),
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": chain, "tls.key": key },
  };
}

/**
 * The key, if it is that of the chain's first certificate.
 *
 * @throws Error that names the secret and what to do, without a word of the key
 */
export function keyOf(chain: string, key: string, secret: string): string {
  const cure = `store the one that belongs to the certificate in the document: pulumi config set --secret estate:${secret} < key.pem`;
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey(key);
  } catch {
    throw new Error(`estate:${secret} is no private key in PEM without a passphrase; ${cure}`);
  }
  if (!new X509Certificate(chain).checkPrivateKey(parsed))
    throw new Error(`estate:${secret} is the key of another certificate; ${cure}`);
  return key;
}
