/** What went wrong, in a few words: the code of the system, such as ECONNREFUSED, or a sentence. Fetch hides it in `cause`. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  let cause = error.cause;
  while (cause.cause instanceof Error) cause = cause.cause;
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === "string" && /^E[A-Z_]+$/.test(code) ? code : cause.message;
}
