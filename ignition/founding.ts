import type { Api } from "../stacks/schema/api.ts";
import { authorities, type SecretName, type Secrets } from "../stacks/secrets.ts";
import { lines } from "./config.ts";
import { takeover } from "./vip.ts";

/** Files on a server that decide how it starts. */
export const founderPaths = {
  /** Where the keys of the authorities arrive over SSH, as user core. Emptied when they are in place. */
  incoming: "/var/lib/estate/ca",
  /** Exists on the one server that was given the keys. */
  founder: "/var/lib/estate/founder",
  ca: "/etc/estate/server-ca.crt",
  found: "/etc/estate/found.yaml",
  join: "/etc/estate/join.yaml",
  start: "/opt/estate/k3s-start.sh",
  receive: "/opt/estate/receive-ca.sh",
} as const;

/** Below k3s's `tls` folder: a certificate and a key for each authority, and the key of service accounts. */
export const authorityFiles: readonly string[] = [
  ...Object.values(authorities).flatMap((name) => [`${name}.crt`, `${name}.key`]),
  "service.key",
].sort();

/**
 * Takes the files of the authorities from standard input, one a line: name, space, base64. It knows the names, and takes
 * no others. The last thing it writes is `complete`, so that half of them are never used.
 */
export function receiveScript(): string {
  return lines(
    "#!/bin/sh",
    "# Receives the certificate authorities, once, over SSH. They are never in user data.",
    "set -eu",
    "umask 077",
    `cd ${founderPaths.incoming}`,
    "mkdir -p etcd",
    "while read -r name content; do",
    '  case "$name" in',
    `    ${authorityFiles.join(" | ")}) printf %s "$content" | base64 -d > "$name" ;;`,
    '    *) echo "unexpected file: $name" >&2; exit 1 ;;',
    "  esac",
    "done",
    `for name in ${authorityFiles.join(" ")}; do`,
    '  [ -s "$name" ] || { echo "missing file: $name" >&2; exit 1; }',
    "done",
    "touch complete",
  );
}

/** What `receiveScript` reads: a file a line, its name and its content in base64. */
export function renderAuthorities(secrets: Secrets): string {
  const contents: Record<string, string> = { "service.key": secrets.serviceKey };
  for (const [name, file] of Object.entries(authorities)) {
    contents[`${file}.crt`] = secrets[`${name}CaCert` as SecretName];
    contents[`${file}.key`] = secrets[`${name}CaKey` as SecretName];
  }
  return authorityFiles.map((name) => `${name} ${Buffer.from(contents[name] ?? "").toString("base64")}\n`).join("");
}

export interface StartOptions {
  /** Whether it is the only server: then its datastore is on a volume, and a new server goes on with it. */
  readonly alone: boolean;
  /** What the API's name leads to. */
  readonly front: Api["front"];
}

/** Seconds between two times that nobody answered, at least. */
const pause = 2;

/**
 * So often in a row must nobody have answered. A load balancer lets a connection in and closes it while it knows of no healthy server, and
 * it takes 15 s to know of one that is there: for twice as long it says nothing about who is there. Nor does a VIP while one server
 * takes it over from another.
 */
const attempts: Readonly<Record<Api["front"], number>> = {
  hosts: 3,
  loadBalancer: 30 / pause,
  vip: Math.ceil(takeover / pause) + 1,
};

/**
 * Decides how a server starts, before k3s does. A member goes on as it is. Whoever finds the API answering joins. Only
 * the server that was given the authorities' keys may found the orchestrator, and only when the API's name leads
 * somewhere, but nobody has answered there several times in a row: a replaced first server never founds a second one.
 *
 * @param api the API's address inside the estate, such as `https://api.internal.estate.test:6443`
 */
export function startScript(api: string, { alone, front }: StartOptions): string {
  return lines(
    "#!/bin/sh",
    "# Runs before each start of k3s: join the orchestrator that is there, or found it.",
    "set -eu",
    "umask 077",
    "data=/var/lib/rancher/k3s/server",
    "chosen=/etc/rancher/k3s/config.yaml.d/10-start.yaml",
    `incoming=${founderPaths.incoming}`,
    "",
    ...(alone ? goOnAlone() : []),
    "# A member of the datastore knows the others.",
    'if [ -d "$data/db/etcd/member" ] && [ -e "$chosen" ]; then',
    '  find "$incoming" -type f -exec shred -u {} +',
    "  exit 0",
    "fi",
    "",
    "take_keys() {",
    '  [ -e "$incoming/complete" ] || return 0',
    `  if [ ! -e ${founderPaths.founder} ]; then`,
    '    mkdir -p "$data/tls/etcd"',
    `    for name in ${authorityFiles.join(" ")}; do`,
    '      cp "$incoming/$name" "$data/tls/$name"',
    "    done",
    "    sync",
    `    touch ${founderPaths.founder}`,
    "  fi",
    '  find "$incoming" -type f -exec shred -u {} +',
    "}",
    "",
    "silent=0",
    "said=",
    "while :; do",
    "  take_keys",
    "  status=0",
    "  # Any answer with a certificate of our authority counts: even a refusal comes from our orchestrator.",
    `  curl --silent --output /dev/null --connect-timeout 3 --max-time 10 --cacert ${founderPaths.ca} ${api}/ping || status=$?`,
    '  case "$status" in',
    "    0)",
    `      cp ${founderPaths.join} "$chosen"`,
    `      echo "joining the orchestrator at ${api}"`,
    "      exit 0 ;;",
    "    7) silent=$((silent + 1)); reason='connection refused, nobody listens there' ;;",
    "    28) silent=$((silent + 1)); reason='connection timed out, no security group rule may let it through' ;;",
    "    35 | 52 | 56) silent=$((silent + 1)); reason='the connection was closed' ;;",
    "    6) silent=0; reason='the name does not resolve' ;;",
    "    60) silent=0; reason='whoever answers there has a certificate of another authority' ;;",
    '    *) silent=0; reason="curl ends with $status" ;;',
    "  esac",
    `  if [ -e ${founderPaths.founder} ] && [ "$silent" -ge ${attempts[front]} ]; then`,
    `    cp ${founderPaths.found} "$chosen"`,
    '    echo "founding the orchestrator: this server holds its authorities, and nobody answers yet"',
    "    exit 0",
    "  fi",
    `  [ -e ${founderPaths.founder} ] || reason="$reason, and this server was not chosen to found the orchestrator"`,
    '  if [ "$reason" != "$said" ]; then',
    `    echo "estate-reason: waiting for the orchestrator at ${api}: $reason"`,
    "    said=$reason",
    "  fi",
    `  sleep ${pause}`,
    "done",
  );
}

/** The node's password belongs to the datastore, which knows no other for a node of this name. */
function goOnAlone(): string[] {
  return [
    "# The only server: what it knows is on the volume, and outlives it.",
    "mkdir -p /var/lib/rancher/node",
    "[ -e /etc/rancher/node ] || ln -s /var/lib/rancher/node /etc/rancher/node",
    'if [ -d "$data/db/etcd/member" ] && [ ! -e "$chosen" ]; then',
    `  cp ${founderPaths.found} "$chosen"`,
    '  echo "going on with the datastore of the server before"',
    "fi",
    "",
  ];
}
