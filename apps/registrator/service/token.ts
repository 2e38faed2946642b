import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request has the token. `x-estate-authorization` counts like `authorization`: the orchestrator's API, through which gates
 * come, takes the latter away. It takes as long whatever is wrong with it.
 */
export function isAuthorized(headers: IncomingHttpHeaders, token: string): boolean {
  const given = headers["x-estate-authorization"] ?? headers.authorization;
  const [, presented = ""] = /^Bearer (\S+)$/.exec(typeof given === "string" ? given : "") ?? [];
  // of equal length, so that not even the length of the token can be measured
  return timingSafeEqual(digest(presented), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
