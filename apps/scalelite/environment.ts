import type { Polling } from "./polling.ts";

/** What every part of Scalelite is told. */
export interface Told {
  /** The name under which people and clients reach it. Changing it rolls the pods. */
  readonly host: string;
  /** Names of the Secrets with its own secrets, with the database and with Redis. */
  readonly secrets: { readonly own: string; readonly database: string; readonly redis: string };
  /** Whether clients may still use the secret that was before the one in use. */
  readonly previousSecret: boolean;
  /** How the poller looks at the servers. Changing it rolls the pods of the parts that are told it. */
  readonly polling: Polling;
  /** Whether recordings are imported and served. */
  readonly recordings: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** Keys of its own Secret. */
export const keys = { base: "secretKeyBase", loadBalancer: "loadBalancer", previous: "previousLoadBalancer" } as const;

/** Processes of the API in a pod, and threads of each; every thread may hold a connection of the database. */
export const api = { processes: 2, threads: 5 } as const;

/**
 * The environment of all parts that run Scalelite itself. URL_HOST makes it refuse requests to other names, those from inside the
 * orchestrator too: so everybody comes through nginx, which asks it by this one. LOADBALANCER_CHECKSUM_ALGORITHM is left unset: it
 * takes SHA1, SHA256 and SHA512 then, since Greenlight and others can do nothing but SHA1, and asks BigBlueButton by SHA256.
 */
export function environmentOf({ host, secrets, previousSecret, polling, recordings }: Told): readonly Variable[] {
  const plain = {
    URL_HOST: host,
    // the default, debug, writes who joins what
    ...{ RAILS_ENV: "production", RAILS_LOG_TO_STDOUT: "true", RAILS_LOG_LEVEL: "info" },
    ...{ WEB_CONCURRENCY: api.processes, RAILS_MAX_THREADS: api.threads },
    // the poller's threads save what they saw all at once, for servers and for meetings
    REDIS_POOL: 2 * polling.threads,
    // ids of servers are host names: whoever adds one twice is refused
    SERVER_ID_IS_HOSTNAME: true,
    ...{ POLL_INTERVAL: polling.interval, POLLER_THREADS: polling.threads, POLLER_WAIT_TIMEOUT: polling.waitTimeout },
    ...{ CONNECT_TIMEOUT: polling.connectTimeout, RESPONSE_TIMEOUT: polling.responseTimeout },
    SERVER_HEALTHY_THRESHOLD: polling.healthyThreshold,
    SERVER_UNHEALTHY_THRESHOLD: polling.unhealthyThreshold,
    RECORDING_DISABLED: !recordings,
    // notifications of changed files do not come over NFS
    ...{ RECORDING_IMPORT_POLL: true, RECORDING_IMPORT_POLL_INTERVAL: 30 },
  };
  return [
    ...Object.entries(plain).map(([name, value]) => ({ name, value: String(value) })),
    fromSecret("SECRET_KEY_BASE", secrets.own, keys.base),
    fromSecret("LOADBALANCER_SECRET", secrets.own, keys.loadBalancer),
    ...(previousSecret ? [fromSecret("LOADBALANCER_SECRETS", secrets.own, keys.previous)] : []),
    fromSecret("DATABASE_URL", secrets.database, "url"),
    fromSecret("REDIS_URL", secrets.redis, "url"),
  ];
}

function fromSecret(variable: string, name: string, key: string): Variable {
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}
