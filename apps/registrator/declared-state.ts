import type { z } from "zod";
import type { EstateFacts } from "../../stacks/facts.ts";
import { handoverPort, hostObject } from "../bbb/names.ts";
import { lookedKey } from "../consul/service/looked.ts";
import { hostsRunning } from "../hosts.ts";
import type { Declared } from "./service/declared.ts";
import type { RegistratorSettings } from "./settings.ts";

/** Secrets that are part of the declared state. */
export interface DeclaredSecrets {
  readonly token: string;
  readonly bbb: string;
}

/** Scalelite, as the registrator reaches it. */
export interface ScaleliteAddress {
  readonly url: string;
  /** What its clients sign with. */
  readonly secret: string;
  /** Seconds between two looks of its poller. */
  readonly pollSeconds: number;
}

/** The estate's Consul, as the registrator reaches it. */
export interface ConsulAddress {
  readonly url: string;
  readonly token: string;
}

/** The address of the API of a host, as others reach it. */
export function apiOf(announced: string): string {
  return `https://${announced}/bigbluebutton/api`;
}

/** Where the host of a server says what of its recordings has not arrived: by the pod that apps/bbb has there. */
function handoverOf(host: string) {
  return {
    url: `http://${hostObject(host)}:${handoverPort}/metrics`,
    ...{ metric: "bbb_recordings_waiting", looked: "bbb_recordings_looked_timestamp_seconds" },
  };
}

/** What the registrator is told: every host that runs bbb, and how the document wants it. */
export function declaredState(
  facts: Pick<EstateFacts, "pools"> & { readonly apps: readonly { readonly name: string }[] },
  settings: Omit<RegistratorSettings, "enabled" | "image" | "replicas" | "drain">,
  { token, bbb }: DeclaredSecrets,
  { url, secret, pollSeconds }: ScaleliteAddress,
  own?: ConsulAddress,
): z.input<typeof Declared> {
  const { mode, dryRun, deadSeconds, capacity, leastEnabled } = settings;
  // also of hosts that record nothing: they may have, until the update that replaces them
  const handsOver = ["bbb", "recordings"].every((needed) => facts.apps.some(({ name }) => name === needed));
  const consul = settings.consul ?? (own && { ...own, service: "bbb", looked: lookedKey, beside: true });
  const servers = hostsRunning(facts, "bbb").map(({ name, names }) => [
    name,
    {
      ...{ url: apiOf(names.announced), secret: bbb, ...settings.servers[name] },
      ...(handsOver ? { handover: handoverOf(name) } : {}),
    },
  ]);
  return {
    ...{ scalelite: { url, secret }, token, mode, dryRun },
    ...{ pollSeconds, deadSeconds, capacity, leastEnabled, ...(consul ? { consul } : {}) },
    servers: Object.fromEntries(servers),
  };
}
