import { type Algorithm, checksumOf } from "./service/link.ts";

export interface LinkFacts {
  /** Where the page is, such as https://feedback.meet.example.org. */
  readonly url: string;
  readonly secret: string;
  readonly algorithm?: Algorithm;
}

/** The link that a bbb host leads everyone to, after every meeting (its `logoutURL`). It does not expire, and names the host alone. */
export function hostLink(host: string, { url, secret, algorithm }: LinkFacts): string {
  const query = `host=${encodeURIComponent(host)}`;
  return `${url}/feedback?${query}&checksum=${checksumOf(query, secret, algorithm)}`;
}
