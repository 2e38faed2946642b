/** Where a connection goes: a name or an address, and a port. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Reads `HOST:PORT`; an IPv6 address stands in brackets. Nothing for what no connection can be made to. */
export function parseTarget(text: string): Target | undefined {
  const [, bracketed, plain, digits = ""] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d+)$/.exec(text) ?? [];
  const [host, port] = [bracketed ?? plain, parsePort(digits)];
  return host !== undefined && port !== undefined && port > 0 ? { host, port } : undefined;
}

/** Reads a port as a person writes it, 0 to 65535. Nothing for anything else. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}
