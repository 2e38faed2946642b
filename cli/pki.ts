import { createPrivateKey, KeyObject, randomBytes, webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A certificate authority, ready to sign. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate and its private key, both PEM. */
export interface Issued {
  readonly certificatePem: string;
  readonly keyPem: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const years = 10;

const crypto = webcrypto;

/** A new self-signed authority (EC P-256), valid for ten years. */
export async function newAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...{ name: `CN=${commonName}`, keys, ...validity(), serialNumber: serial(), signingAlgorithm: algorithm },
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return { certificate, key: keys.privateKey, certificatePem: pem(certificate), keyPem: keyPem(keys.privateKey) };
}

/** Whether the key is that of the certificate. Texts that cannot be read are no pair. */
export function belongTogether({ certificatePem, keyPem }: Issued): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

/** Whether the authority signed the certificate; both can be read. */
export function isIssuedBy(issued: Issued, authority: Issued): boolean {
  const [certificate, signer] = [
    new X509Certificate(issued.certificatePem),
    new X509Certificate(authority.certificatePem),
  ];
  return certificate.checkIssued(signer) && certificate.verify(signer.publicKey);
}

/** An authority that was made before. @throws Error when either text is not what `newAuthority` wrote */
export async function loadAuthority(certificatePem: string, keyText: string): Promise<Authority> {
  const der = createPrivateKey(keyText).export({ type: "pkcs8", format: "der" });
  const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, true, ["sign"]);
  return { certificate: new x509.X509Certificate(certificatePem), key, certificatePem, keyPem: keyText };
}

/** A client certificate of ten years for a Kubernetes user and group. */
export async function issueClient(
  authority: Authority,
  subject: { readonly commonName: string; readonly group: string },
): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      ...{ subject: `O=${subject.group}, CN=${subject.commonName}`, issuer: authority.certificate.subject },
      ...{ publicKey: keys.publicKey, signingKey: authority.key, signingAlgorithm: algorithm },
      ...{ ...validity(), serialNumber: serial() },
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate, false, crypto),
      ],
    },
    crypto,
  );
  return { certificatePem: pem(certificate), keyPem: keyPem(keys.privateKey) };
}

async function newKeys() {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity() {
  const now = new Date();
  const notAfter = new Date(now);
  notAfter.setUTCFullYear(now.getUTCFullYear() + years);
  // An hour back: the clocks of hosts may be a little slow at first boot.
  return { notBefore: new Date(now.getTime() - 3_600_000), notAfter };
}

/** 16 bytes, positive, without a leading zero byte. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

/** k3s compares the hash of these bytes: one line end, at the end. */
function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem").trim()}\n`;
}

/** SEC 1, as k3s writes EC keys. */
function keyPem(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: "sec1", format: "pem" }).toString();
}
