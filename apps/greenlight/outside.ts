import type { OutsideSettings } from "./settings.ts";

/** A server that the portal asks, and where the document names it. */
export interface Server {
  readonly path: readonly string[];
  readonly host: string;
  readonly port: number;
}

/** Ranges that the document lets hosts reach, by name. */
export type Downloads = Readonly<Record<string, { readonly cidr: string; readonly port: number }>>;

/** The identity provider, the mail server and the object store, as far as there are any. */
export function serversOf({ oidc, smtp, files }: OutsideSettings): readonly Server[] {
  const { s3 } = files;
  return [
    ...(oidc ? [{ path: ["oidc", "issuer"], ...placeOf(oidc.issuer) }] : []),
    ...(smtp ? [{ path: ["smtp", "host"], host: smtp.host, port: smtp.port }] : []),
    ...(s3 ? [{ path: ["files", "s3", "endpoint"], ...placeOf(s3.endpoint) }] : []),
  ];
}

/** Servers on ports by which `network.downloads` lets hosts reach nobody: security groups close the way. */
export function closedTo(servers: readonly Server[], downloads: Downloads): readonly Server[] {
  const open = Object.values(downloads).map(({ port }) => port);
  return servers.filter(({ port }) => !open.includes(port));
}

/** The ranges that pods are let out to on these ports, the same ones as hosts. */
export function rangesOf(ports: readonly number[], downloads: Downloads) {
  return [...new Set(ports)].map((port) => ({
    port,
    cidrs: Object.values(downloads)
      .filter((one) => one.port === port)
      .map(({ cidr }) => cidr)
      .sort(),
  }));
}

function placeOf(address: string) {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) || 443 };
}
