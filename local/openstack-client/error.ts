import { Trouble } from "../say.ts";

/** An OpenStack service answered, but with an error. */
export class OpenstackError extends Trouble {
  /** The HTTP status, for callers for whom 404 or 409 is an answer. */
  readonly status: number;

  constructor(request: string, status: number, body: string) {
    super(`${request}: ${status} ${reasonIn(body)}`.trimEnd());
    this.status = status;
  }
}

/** Whether the error says that the thing asked for does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof OpenstackError && error.status === 404;
}

/** The sentence for people in an error body. Every service wraps it in its own way; what is no JSON is shortened. */
export function reasonIn(body: string): string {
  const parsed = parse(body);
  return (
    sentence(parsed) ??
    body
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 300)
  );
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function sentence(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  for (const name of ["message", "faultstring", "detail", "title"]) {
    const text = fields[name];
    if (typeof text === "string" && text !== "") return text;
  }
  // {"NeutronError": {...}}, {"itemNotFound": {...}}, {"error": {...}}, {"errors": [{...}]}
  for (const inner of Object.values(fields)) {
    const text = sentence(Array.isArray(inner) ? inner[0] : inner);
    if (text !== undefined) return text;
  }
  return undefined;
}
