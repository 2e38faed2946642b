import { createHash } from "node:crypto";

/** What BigBlueButton and Scalelite take. The length of a checksum tells which one it is. */
export const algorithms = ["sha1", "sha256", "sha384", "sha512"] as const;

export type Algorithm = (typeof algorithms)[number];

/** The checksum of a call: over its name, its query exactly as it is sent, and the secret. A body is never part of it. */
export function checksumOf(call: string, query: string, secret: string, algorithm: Algorithm): string {
  return createHash(algorithm).update(`${call}${query}${secret}`).digest("hex");
}

/** The query of a call with its checksum, which comes last. */
export function signedQuery(
  call: string,
  parameters: Readonly<Record<string, string>>,
  secret: string,
  algorithm: Algorithm,
): string {
  const query = new URLSearchParams(parameters).toString();
  return `${query}${query && "&"}checksum=${checksumOf(call, query, secret, algorithm)}`;
}
