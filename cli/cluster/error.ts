/** The API answered with an error. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** The HTTP status, for callers for whom 404 or 409 is an answer. */
  readonly status: number;
  /** The sentence in its answer, with the causes it gives. */
  readonly said: string;
  /** Whether Kubernetes itself gave the answer, and not something before it. */
  readonly fromKubernetes: boolean;

  /** @param at host and port */
  constructor(at: string, status: number, body: string) {
    const answer = parsed(body);
    const causes = answer?.details?.causes?.flatMap(({ message }) => message ?? []) ?? [];
    const said = [answer?.message, ...causes].join(" ").trim() || `HTTP ${status}`;
    super(`${at} refuses (${status}): ${said}`);
    this.status = status;
    this.said = said;
    this.fromKubernetes = answer?.kind === "Status";
  }
}

/** Whether the API says that the thing asked for does not exist. That there is no such API at all is not meant. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.fromKubernetes;
}

/** The kind `Status` of Kubernetes, which each of its errors is. */
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly message?: string }[] };
}

function parsed(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Why no answer came, in a few words, and the same ones whenever it happens: a name may have several addresses, in any order. */
export function whyUnanswered(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(whyUnanswered))].sort().join(", ");
  return error instanceof Error ? error.message : String(error);
}
