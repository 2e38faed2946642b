import { stringify } from "yaml";
import { environment } from "../../stacks/environment.ts";
import type { AppRoute } from "../../stacks/web.ts";
import { folders, parts, podPorts } from "./names.ts";

/** Seconds in which it still takes requests after it was asked to end, and says so to whoever leads them here; then as many to finish. */
export const ending = { takes: 20, finishes: 30 } as const;

/** What is set when it starts. */
export interface StaticFacts {
  /** Ranges of the load balancer before it, which alone may say who called. */
  readonly balancers: readonly string[];
}

/**
 * Traefik's arguments. It reads routes from files and asks no API of Kubernetes: to read Ingresses and their certificates it would have to
 * be allowed every Secret of the namespace, those of the databases too.
 *
 * No access log: queries have names of people, and checksums that let them in.
 */
export function traefikArguments({ balancers }: StaticFacts): string[] {
  const doors = { web: podPorts.http, websecure: podPorts.https };
  return [
    ...["--global.checknewversion=false", "--global.sendanonymoususage=false", "--log.level=ERROR"],
    ...Object.entries(doors).flatMap(([name, port]) => door(`--entrypoints.${name}`, port, balancers)),
    `--entrypoints.metrics.address=:${podPorts.metrics}`,
    ...["--metrics.prometheus=true", "--metrics.prometheus.entrypoint=metrics"],
    ...["--ping=true", "--ping.entrypoint=web"],
    ...[`--providers.file.directory=${folders.dynamic}`, "--providers.file.watch=true"],
  ];
}

function door(flag: string, port: number, balancers: readonly string[]): string[] {
  return [
    `${flag}.address=:${port}`,
    `${flag}.transport.lifecycle.requestacceptgracetimeout=${ending.takes}s`,
    `${flag}.transport.lifecycle.gracetimeout=${ending.finishes}s`,
    // slides of 100 MB over a slow line; by default a request must be there within a minute
    `${flag}.transport.respondingtimeouts.readtimeout=600s`,
    ...(balancers.length > 0 ? [`${flag}.proxyprotocol.trustedips=${balancers.join(",")}`] : []),
  ];
}

/** What changes while it runs. */
export interface DynamicFacts {
  readonly routes: readonly AppRoute[];
  /** Ranges of administrators. */
  readonly admins: readonly string[];
  /** Whether names are proven by requests on port 80. */
  readonly challenge: boolean;
}

/** The file of routes: names to Services, TLS for all of them, and port 80 leads on to it. */
export function traefikRoutes({ routes, admins, challenge }: DynamicFacts): string {
  const named = routes.map((route, index) => [`${route.application}-${index}`, route] as const);
  const routers = Object.fromEntries(named.map(([name, route]) => [name, routerOf(name, route)]));
  const services = Object.fromEntries(named.map(([name, { service, port }]) => [name, serviceOf(service, port)]));
  const proof = { rule: "PathPrefix(`/.well-known/acme-challenge/`)", priority: 1000 };
  const toHttps = { rule: "PathPrefix(`/`)", priority: 1, middlewares: ["to-https"], service: "noop@internal" };
  const file = {
    http: {
      routers: {
        ...routers,
        "to-https": { entryPoints: ["web"], ...toHttps },
        ...(challenge ? { proof: { entryPoints: ["web"], ...proof, service: "proof" } } : {}),
      },
      middlewares: {
        "to-https": { redirectScheme: { scheme: "https", permanent: true } },
        admins: { ipAllowList: { sourceRange: [...admins] } },
      },
      services: { ...services, ...(challenge ? { proof: serviceOf(parts.acme, podPorts.challenge) } : {}) },
    },
    tls: {
      certificates: [{ certFile: `${folders.dynamic}/tls.crt`, keyFile: `${folders.dynamic}/tls.key` }],
      // of a name that it has no certificate for, it shows none: one that it made itself would only teach people to click warnings away
      options: { default: { minVersion: "VersionTLS12", sniStrict: true } },
    },
  };
  return stringify(file, { lineWidth: 0 });
}

function routerOf(name: string, { host, path, from = "world" }: AppRoute) {
  const rule = `Host(\`${host}\`)${path === undefined ? "" : ` && PathPrefix(\`${path}\`)`}`;
  const middlewares = from === "admins" ? { middlewares: ["admins"] } : {};
  return { entryPoints: ["websecure"], rule, service: name, ...middlewares, tls: {} };
}

function serviceOf(service: string, port: number) {
  return { loadBalancer: { servers: [{ url: `http://${service}.${environment.namespace}.svc:${port}` }] } };
}
