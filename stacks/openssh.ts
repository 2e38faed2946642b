import { createHash, createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";

/** An Ed25519 key pair as OpenSSH writes it. */
export interface SshKeyPair {
  /** The content of a private key file. */
  readonly privateKey: string;
  /** One line, `ssh-ed25519 AAAA... comment`. */
  readonly publicKey: string;
}

/** ASN.1 before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** An Ed25519 key pair from 32 secret bytes. Equal bytes give equal text: nothing in it is random. */
export function sshKeyPair(seed: Uint8Array, comment: string): SshKeyPair {
  if (seed.length !== 32) throw new Error(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" });
  const point = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const publicBlob = Buffer.concat([field("ssh-ed25519"), field(point)]);
  return {
    privateKey: armour(
      Buffer.concat([header, field(publicBlob), field(privateBlob(Buffer.from(seed), point, comment))]),
    ),
    publicKey: `ssh-ed25519 ${publicBlob.toString("base64")} ${comment}`,
  };
}

/**
 * The SSH host key of a host, derived from the estate's seed and the host's name: a new host needs no new secret, and a
 * replaced one keeps its identity.
 *
 * @param seed base64 of 32 bytes
 */
export function hostKeyPair(seed: string, host: string): SshKeyPair {
  const bytes = hkdfSync("sha256", Buffer.from(seed, "base64"), "estate ssh host key", host, 32);
  return sshKeyPair(new Uint8Array(bytes), host);
}

/**
 * The public line of an Ed25519 private key in OpenSSH's format, as `sshKeyPair` and ssh-keygen write it.
 *
 * @throws Error when it is another kind of key, has a passphrase, or is not whole
 */
export function publicKeyOf(privateKey: string): string {
  const body = Buffer.from(armoured.exec(privateKey)?.[1] ?? "", "base64");
  const publicBlob = body.subarray(0, header.length).equals(header) ? takeField(body, header.length) : undefined;
  const secret = publicBlob && takeField(body, header.length + 4 + publicBlob.length);
  const seed = secret?.subarray(seedAt, seedAt + 32);
  const publicKey = seed?.length === 32 ? sshKeyPair(seed, "estate").publicKey : undefined;
  if (!publicKey || publicKey.split(" ")[1] !== publicBlob?.toString("base64"))
    throw new Error("the SSH key is not an Ed25519 key in OpenSSH's format, without a passphrase");
  return publicKey;
}

const armoured = /^\s*-----BEGIN OPENSSH PRIVATE KEY-----([\w+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
/** In the private part: after the number twice, the type and the public point, each with its length. */
const seedAt = 8 + 15 + 36 + 4;
const header = Buffer.concat([Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), uint32(1)]);

function privateBlob(seed: Buffer, point: Buffer, comment: string): Buffer {
  // OpenSSH writes a random number twice, to notice a wrong passphrase; without passphrase any number will do.
  const check = createHash("sha256").update(point).digest().subarray(0, 4);
  const content = Buffer.concat([
    ...[check, check, field("ssh-ed25519"), field(point), field(Buffer.concat([seed, point])), field(comment)],
  ]);
  const padding = (8 - (content.length % 8)) % 8;
  return Buffer.concat([content, Buffer.from(Array.from({ length: padding }, (_, index) => index + 1))]);
}

function armour(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function takeField(bytes: Buffer, at: number): Buffer | undefined {
  if (bytes.length < at + 4) return undefined;
  const length = bytes.readUInt32BE(at);
  return bytes.length < at + 4 + length ? undefined : bytes.subarray(at + 4, at + 4 + length);
}
