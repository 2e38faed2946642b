import { selectorOfPart } from "../labels.ts";

/** The folder's name: the label of all pods, by which applications let the ingress in. */
export const app = "ingress";

/** Its two parts: `gate` takes all requests, `acme` gets and renews certificates. */
export const parts = { gate: "ingress", acme: "ingress-acme" } as const;
export type Part = keyof typeof parts;

export function selectorOf(part: Part) {
  return selectorOfPart(app, part);
}

/** What pods listen on: they are not root, so that a host's 80 and 443 lead to these. */
export const podPorts = { http: 8080, https: 8443, metrics: 8082, challenge: 8081 } as const;
export const hostPorts = { http: 80, https: 443 } as const;

/** Secrets: the certificate of all names that the ingress serves, and what the ACME client must not lose. */
export const secrets = {
  certificate: "ingress-certs",
  state: "ingress-acme-state",
  cloud: "ingress-acme-cloud",
} as const;

/** Where containers find what they need. */
export const folders = {
  /** Of Traefik: routes and certificate, in one volume, so that a change of either is seen (traefik.ts). */
  dynamic: "/etc/traefik/dynamic",
  state: "/state",
  program: "/app",
  api: "/api",
} as const;
