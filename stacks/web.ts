import type { application } from "../apps/ingress/app.ts";
import { runningApps } from "./appFacts.ts";
import type { SettingsOf, WantedCertificate, WebRoute } from "./application.ts";
import { type Applications, applications } from "./applications.ts";
import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";
import { rolesRunning } from "./securityRules.ts";

/** The name of the application that is the way in. */
export const ingressName = "ingress";

/** What the document says of it. */
export type IngressSettings = SettingsOf<(typeof application)["settings"]>;

/** A route, and whose it is. */
export type AppRoute = WebRoute & { readonly application: string };

/** The way in to the estate's pages. */
export interface WebFacts {
  /** What applications want, by host and path. */
  readonly routes: readonly AppRoute[];
  /** Certificates that applications want besides. */
  readonly certificates: readonly WantedCertificate[];
  /** The roles whose hosts it is on: all that run pods. */
  readonly roles: readonly string[];
  /** Their hosts, by name. */
  readonly hosts: readonly string[];
  /** Octavia's load balancer before them, and its site. */
  readonly loadBalancer?: { readonly site: string };
  /** Ranges of administrators, who alone may see some. */
  readonly admins: readonly string[];
}

/** Nothing where the ingress does not run. */
export function webFacts(estate: Estate, found: Applications = applications): WebFacts | undefined {
  const settings = ingressOf(estate);
  if (!settings) return undefined;
  const roles = rolesRunning(estate, "pods");
  const hosts = roles.flatMap((role) => {
    const spec = estate.roles[role];
    return spec ? Object.keys(hostsOf(role, spec)) : [];
  });
  const site = settings.site ?? Object.keys(estate.sites)[0];
  return {
    ...{
      routes: webRoutes(estate, found),
      certificates: wantedCertificates(estate, found),
      roles,
      hosts: hosts.sort(),
    },
    ...(settings.front === "loadBalancer" && site !== undefined ? { loadBalancer: { site } } : {}),
    admins: [...new Set(Object.values(estate.admins.cidrs))].sort(),
  };
}

/** Its settings, where it runs. */
export function ingressOf({ apps }: Pick<Estate, "apps">): IngressSettings | undefined {
  const settings = apps[ingressName];
  return settings?.enabled ? (settings as unknown as IngressSettings) : undefined;
}

/** The routes of the applications that run: each after what it might hide. */
export function webRoutes(estate: Pick<Estate, "apps" | "zone">, found: Applications = applications): AppRoute[] {
  const routes = runningApps(estate).flatMap((application) => {
    const asked = found[application]?.web?.(estate.apps[application] as never, estate) ?? [];
    return asked.map((route) => ({ ...route, application }));
  });
  const order = ({ host, path = "" }: WebRoute) => `${host}${path}`;
  return routes.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

export function wantedCertificates(
  estate: Pick<Estate, "apps" | "zone" | "roles">,
  found: Applications = applications,
): WantedCertificate[] {
  return runningApps(estate).flatMap((name) => [
    ...(found[name]?.certificates?.(estate.apps[name] as never, estate) ?? []),
  ]);
}

/** The DNS names of routes, each once. */
export function webNames(routes: readonly Pick<WebRoute, "host">[]): string[] {
  return [...new Set(routes.map(({ host }) => host))].sort();
}

/** Those that the estate's zone has. */
export function namesIn(zone: string, names: readonly string[]): string[] {
  return names.filter((name) => name === zone || name.endsWith(`.${zone}`));
}
