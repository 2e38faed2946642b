/** What a line of a host's log tells about why it has not joined: a sentence, or that it is over; nothing for other lines. */
export function reasonOf(line: string): { readonly reason: string | undefined } | undefined {
  const [, kind, text = ""] = /(?:^|[\s:"])estate-(reason|ready):\s*(.*)$/.exec(line) ?? [];
  if (kind === undefined) return undefined;
  return { reason: kind === "reason" && text.trim() !== "" ? text.trim() : undefined };
}

/** Where a sentence says that a connection timed out: the far end, as a name or an address, with its port. */
export function timedOutAt(sentence: string): { readonly host: string; readonly port: number } | undefined {
  if (!/time[d]?[ -]?out|deadline exceeded/i.test(sentence)) return undefined;
  const [, scheme, host, port] =
    /(?:(https?|tcp):\/\/)?\b((?:\d{1,3}\.){3}\d{1,3}|(?:[a-z0-9-]+\.)+[a-z0-9-]+)(?::(\d{1,5}))\b/i.exec(sentence) ??
    /\b(https?):\/\/([^\s/:]+)()/i.exec(sentence) ??
    [];
  if (host === undefined) return undefined;
  const standard = scheme === "http" ? 80 : 443;
  return { host, port: port ? Number(port) : standard };
}
