/** What is read of an answer. */
export interface Refused {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  /** The message in its body. */
  readonly message: string;
}

/** Seconds to wait where a forge limits and does not say for how long, as GitHub asks for. */
const unsaid = 60;
/** Seconds before the first repetition of what failed by itself. */
const firstPause = 2;

/**
 * The seconds after which a refused request may be sent again; nothing where it would be refused again.
 *
 * Limits come as 429, and from GitHub as 403 too, which also means that a token may not: only an answer that speaks of a limit is one.
 *
 * @param attempt how often it was sent, from 1
 * @param now milliseconds since 1970
 */
export function secondsUntilAgain(
  { status, headers, message }: Refused,
  attempt: number,
  now: number,
): number | undefined {
  const doubled = 2 ** (attempt - 1);
  if (status >= 500) return secondsOf(headers.get("retry-after"), now) ?? firstPause * doubled;
  if (status !== 403 && status !== 429) return undefined;
  const asked = secondsOf(headers.get("retry-after"), now);
  if (asked !== undefined) return asked;
  const left = headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  // a second more: their clock is not ours
  if (left === "0" && reset && Number.isFinite(Number(reset))) return Math.max(1, Number(reset) - now / 1000 + 1);
  if (status === 429 || /rate limit|abuse detection/i.test(message)) return unsaid * doubled;
  return undefined;
}

/** Of a Retry-After: seconds, or a date. */
function secondsOf(text: string | null, now: number): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const seconds = /^\s*\d+\s*$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(1, seconds) : undefined;
}
