import { gunzipSync } from "node:zlib";

/** A file of a host that holds what user data must not hold. */
export interface Leak {
  readonly path: string;
  readonly holds: string;
}

/** Where the SSH identity of the host is. */
const hostKey = /^\/etc\/ssh\/ssh_host_\w+_key$/;

/** What hosts join the orchestrator with. */
const joinTokens = ["token", "agent-token", "server-token", "K3S_TOKEN", "K3S_AGENT_TOKEN"];

/** `name: value` and `name=value` of settings that are secrets by their name. */
const setting =
  /^[ \t]*(?:export[ \t]+|-[ \t]+)?["']?([\w.-]*(?:password|passwd|secret|api[_-]?key|token))["']?[ \t]*[:=][ \t]*["']?([^\s"',]+)/gim;

/** What is no value: a path, a variable, a switch. */
const noSecret = /^(\/|\$|<|file:|(true|false|yes|no|on|off|enabled|disabled|null|none)$)/i;

interface Ignition {
  readonly passwd?: { readonly users?: readonly { readonly name: string; readonly passwordHash?: string }[] };
  readonly storage?: { readonly files?: readonly { readonly path: string; readonly contents?: Contents }[] };
  readonly systemd?: { readonly units?: readonly Unit[] };
}

interface Contents {
  readonly source?: string;
  readonly compression?: string;
}

interface Unit {
  readonly name: string;
  readonly contents?: string;
  readonly dropins?: readonly { readonly name: string; readonly contents?: string }[];
}

/** Secrets in user data, but join tokens and the host's SSH key: an Ignition document, or any other text. */
export function leakedSecrets(userData: string): Leak[] {
  const config = parsed(userData);
  if (!config) return held("user data", userData);
  const hashes = (config.passwd?.users ?? []).filter(({ passwordHash }) => passwordHash);
  return [
    ...hashes.map(({ name }) => ({ path: `user ${name}`, holds: "the hash of a password" })),
    ...(config.storage?.files ?? []).flatMap(({ path, contents }) => held(path, textOf(contents))),
    ...(config.systemd?.units ?? []).flatMap(({ name, contents = "", dropins = [] }) =>
      [contents, ...dropins.map((one) => one.contents ?? "")].flatMap((text) => held(name, text)),
    ),
  ];
}

function parsed(text: string): Ignition | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "ignition" in value ? (value as Ignition) : undefined;
  } catch {
    return undefined;
  }
}

/** What is downloaded is not in the user data. */
function textOf({ source = "", compression }: Contents = {}): string {
  const [, kind = "", data = ""] = /^data:([^,]*),(.*)$/s.exec(source) ?? [];
  const bytes = kind.endsWith(";base64") ? Buffer.from(data, "base64") : Buffer.from(decodeURIComponent(data));
  return (compression === "gzip" ? gunzipSync(bytes) : bytes).toString("utf8");
}

function held(path: string, text: string): Leak[] {
  const isKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) && !hostKey.test(path);
  const names = [...text.matchAll(setting)]
    .filter(([, name = "", value = ""]) => !joinTokens.includes(name) && value.length >= 8 && !noSecret.test(value))
    .map(([, name = ""]) => name);
  return [
    ...(isKey ? [{ path, holds: "a private key" }] : []),
    ...[...new Set(names)].map((name) => ({ path, holds: `a value of ${name}` })),
  ];
}
