import { ports } from "../../stacks/ports.ts";

/** What every host's objects begin with, and the label of all their pods. */
export const name = "coturn";
/** User and group of the official image. */
export const user = 65_534;
/** Seconds that a credential of bbb's is good for: as long as it says itself (`ttl` of a TurnServer). */
export const credentialSeconds = 86_400;

/** The ports of a TURN server, as the port catalogue has them. */
export const turnPorts = {
  plain: catalogued("turn").from,
  tls: catalogued("turn-tls").from,
  metrics: catalogued("turn-exporter").from,
  relay: catalogued("turn-relay"),
} as const;

function catalogued(service: string) {
  const port = ports.find((one) => one.service === service);
  if (!port) throw new Error(`the port catalogue has no ${service}`);
  return port;
}

/** Where containers find what they share, and what they are given. */
export const folders = {
  run: "/run/coturn",
  config: "/config",
  certificate: "/certificate",
  scripts: "/scripts",
} as const;

/** The objects of a host. */
export function hostObject(host: string): string {
  return `${name}-${host}`;
}
