import { createHash, timingSafeEqual } from "node:crypto";

/** Algorithms of BigBlueButton's checksums, and how many hexadecimal digits each has. */
export const algorithms = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 } as const;

export type Algorithm = keyof typeof algorithms;

/** What a link may say. Signed, so that nobody else's words come into the answers. */
export interface Link {
  /** The bbb host the meeting was on. */
  readonly host?: string;
  /** The meeting's id. */
  readonly meeting?: string;
}

export type Verdict = { readonly link: Link } | { readonly refused: "forged" | "expired" | "malformed" };

export interface LinkRules {
  /** Any of them may have signed: the old one too, while a secret is rotated. */
  readonly secrets: readonly string[];
  readonly algorithms: readonly Algorithm[];
  /** The estate's bbb hosts. */
  readonly hosts: readonly string[];
}

/** The name of the call, as the checksums of BigBlueButton begin with it. */
const call = "feedback";

/** What BigBlueButton or this page adds to a link after it was signed; none of it is believed. */
const unsigned = new Set(["checksum", "errors", "reason", "lang"]);

const form = { host: /^[a-z][a-z0-9-]{0,39}$/, meeting: /^[A-Za-z0-9._@-]{1,256}$/, expires: /^\d{1,11}$/ };

/** The checksum of a query without its checksum, as of BigBlueButton's API: hash of call, query and secret. */
export function checksumOf(query: string, secret: string, algorithm: Algorithm = "sha256"): string {
  return createHash(algorithm).update(`${call}${query}${secret}`).digest("hex");
}

/**
 * Judges the query of a link, as it was sent: encoding and order are part of what was signed. A link to a meeting expires
 * (`expires`, seconds since 1970); one that only names a bbb host of the estate may do without, as that host always redirects there.
 */
export function judgeLink(query: string, { secrets, algorithms: allowed, hosts }: LinkRules, now: number): Verdict {
  const signed = signedPart(query);
  const checksums = query
    .split("&")
    .flatMap((part) => (part.startsWith("checksum=") ? [part.slice("checksum=".length)] : []));
  const [checksum = ""] = checksums;
  const algorithm = allowed.find((one) => algorithms[one] === checksum.length);
  if (checksums.length !== 1 || !algorithm || !/^[0-9a-f]+$/i.test(checksum)) return { refused: "forged" };
  if (!secrets.some((secret) => same(checksum.toLowerCase(), checksumOf(signed, secret, algorithm))))
    return { refused: "forged" };
  return read(new URLSearchParams(signed), hosts, now);
}

/** The part of a query that its checksum is of. */
export function signedPart(query: string): string {
  const parts = query.split("&").filter((part) => part !== "" && !unsigned.has(part.split("=", 1)[0] ?? ""));
  return parts.join("&");
}

/** What a signed query says; what it says twice or wrongly is not guessed at. */
function read(query: URLSearchParams, hosts: readonly string[], now: number): Verdict {
  const [host, meeting, expires] = [query.get("host"), query.get("meetingId"), query.get("expires")];
  const keys = [...query.keys()];
  if (new Set(keys).size !== keys.length) return { refused: "malformed" };
  if (host !== null && !form.host.test(host)) return { refused: "malformed" };
  if (meeting !== null && !form.meeting.test(meeting)) return { refused: "malformed" };
  if (expires !== null && !form.expires.test(expires)) return { refused: "malformed" };
  const lasts =
    expires === null ? meeting === null && host !== null && hosts.includes(host) : Number(expires) > now / 1000;
  if (!lasts) return { refused: "expired" };
  return { link: { ...(host === null ? {} : { host }), ...(meeting === null ? {} : { meeting }) } };
}

/** In a time that does not depend on where they differ. */
export function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
