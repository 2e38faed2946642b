import type { IncomingMessage } from "node:http";

/** A form of this page never has more. */
const limit = 16 * 1024;

/** The body of a form; or why it is not read. Of one that is too large no more is read than the limit. */
export async function readBody(request: IncomingMessage): Promise<URLSearchParams | "large" | "no form"> {
  const [type] = (request.headers["content-type"] ?? "").split(";");
  if (type?.trim().toLowerCase() !== "application/x-www-form-urlencoded") return "no form";
  if (Number(request.headers["content-length"] ?? 0) > limit) return "large";
  const parts: Buffer[] = [];
  let size = 0;
  // the answer goes out over the same connection, which must stay open when we stop in the middle
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) return "large";
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}

/** Whether a browser says that another site sends the form. */
export function fromElsewhere({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== headers.host;
}
