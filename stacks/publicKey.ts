import { createHash } from "node:crypto";

/** A public key as OpenSSH writes it, without the comment. */
export interface PublicKey {
  readonly type: string;
  /** Base64. */
  readonly blob: string;
}

/** What each type holds after its name: the length in bytes of each part, or a text that it must be. */
const ed25519 = [32];
const curve = (name: string, point: number) => [name, point];
const forms: Readonly<Record<string, readonly (number | string | "any")[]>> = {
  "ssh-ed25519": ed25519,
  "sk-ssh-ed25519@openssh.com": [...ed25519, "any"],
  "ecdsa-sha2-nistp256": curve("nistp256", 65),
  "ecdsa-sha2-nistp384": curve("nistp384", 97),
  "ecdsa-sha2-nistp521": curve("nistp521", 133),
  "sk-ecdsa-sha2-nistp256@openssh.com": [...curve("nistp256", 65), "any"],
  "ssh-rsa": ["any", "any"],
};

/** Bytes of the smallest modulus that hosts of either image take: 2048 bits. */
const smallestModulus = 256;

/**
 * The key of one line of a `.pub` file. Undefined for all else: options before the key, certificates, kinds that sshd no longer
 * takes, a line that is cut off.
 */
export function readPublicKey(line: string): PublicKey | undefined {
  const [, type = "", blob = ""] = /^([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})( [^\p{Cc}]*)?$/u.exec(line.trim()) ?? [];
  const bytes = Buffer.from(blob, "base64");
  const [name, ...parts] = fieldsOf(bytes) ?? [];
  const wanted = Object.hasOwn(forms, type) ? forms[type] : undefined;
  if (!wanted || bytes.toString("base64") !== blob || name?.toString() !== type) return undefined;
  if (parts.length !== wanted.length || !parts.every((part, index) => isPart(part, wanted[index]))) return undefined;
  // a zero byte before the number says that it is positive
  if (type === "ssh-rsa" && (parts[1]?.subarray(parts[1][0] === 0 ? 1 : 0).length ?? 0) < smallestModulus)
    return undefined;
  return { type, blob };
}

/** What `ssh-keygen -l` shows. */
export function fingerprintOf({ blob }: PublicKey): string {
  return `SHA256:${createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "")}`;
}

function isPart(part: Buffer, wanted: number | string | undefined): boolean {
  if (wanted === "any") return part.length > 0;
  return typeof wanted === "number" ? part.length === wanted : part.toString() === wanted;
}

/** Each field has its length before it; undefined if the last one does not end where the bytes do. */
function fieldsOf(bytes: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length < at + 4) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
