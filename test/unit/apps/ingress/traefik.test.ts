/** What Traefik is told. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { traefikArguments, traefikRoutes } from "../../../../apps/ingress/traefik.ts";

const routes = [
  { application: "grafana", host: "grafana.estate.test", service: "grafana", port: 80, from: "admins" },
  {
    application: "scalelite",
    host: "meet.example.org",
    path: "/bigbluebutton",
    service: "scalelite-nginx",
    port: 8080,
  },
] as const;
const facts = { routes, admins: ["203.0.113.1/32"], challenge: false };
const file = (other: Partial<typeof facts> = {}) => parse(traefikRoutes({ ...facts, ...other }));

describe("the routes", () => {
  it("lead each name and path to its Service, with TLS alone", () => {
    const { routers, services } = file().http;
    expect(routers["scalelite-1"]).toEqual({
      ...{ entryPoints: ["websecure"], service: "scalelite-1", tls: {} },
      rule: "Host(`meet.example.org`) && PathPrefix(`/bigbluebutton`)",
    });
    const url = "http://scalelite-nginx.estate.svc:8080";
    expect(services["scalelite-1"]).toEqual({ loadBalancer: { servers: [{ url }] } });
  });

  it("let administrators alone see what is theirs", () => {
    const { routers, middlewares } = file().http;
    expect(routers["grafana-0"].middlewares).toEqual(["admins"]);
    expect(middlewares.admins).toEqual({ ipAllowList: { sourceRange: ["203.0.113.1/32"] } });
    expect(routers["scalelite-1"].middlewares).toBeUndefined();
  });

  it("lead everything on port 80 to TLS, but for proofs where names are proven so", () => {
    const on80 = (http: { routers: Record<string, { entryPoints: string[] }> }) =>
      Object.entries(http.routers).flatMap(([name, { entryPoints }]) => (entryPoints.includes("web") ? [name] : []));
    expect(on80(file().http)).toEqual(["to-https"]);
    const { http } = file({ challenge: true });
    expect(on80(http)).toEqual(["to-https", "proof"]);
    expect(http.routers.proof.priority).toBeGreaterThan(http.routers["to-https"].priority);
    expect(http.services.proof.loadBalancer.servers).toEqual([{ url: "http://ingress-acme.estate.svc:8081" }]);
  });

  it("name only services and middlewares that are there", () => {
    const { routers, services, middlewares } = file({ challenge: true }).http;
    for (const { service, middlewares: used = [] } of Object.values(routers) as Record<string, string[]>[]) {
      if (String(service) !== "noop@internal") expect(Object.keys(services)).toContain(service);
      for (const one of used) expect(Object.keys(middlewares)).toContain(one);
    }
  });

  it("show the certificate of the volume that is looked at, and none to names that it is not for", () => {
    const { tls } = file();
    const dynamic = "/etc/traefik/dynamic";
    expect(tls.certificates).toEqual([{ certFile: `${dynamic}/tls.crt`, keyFile: `${dynamic}/tls.key` }]);
    expect(tls.options.default).toEqual({ minVersion: "VersionTLS12", sniStrict: true });
    expect(traefikArguments({ balancers: [] })).toContain(`--providers.file.directory=${dynamic}`);
  });
});

describe("the arguments", () => {
  it("believe nobody who called, but the load balancer before it", () => {
    const trusted = (balancers: string[]) =>
      traefikArguments({ balancers }).filter((one) => one.includes("trustedips"));
    expect(trusted([])).toEqual([]);
    expect(trusted(["10.20.0.0/24"])).toEqual([
      "--entrypoints.web.proxyprotocol.trustedips=10.20.0.0/24",
      "--entrypoints.websecure.proxyprotocol.trustedips=10.20.0.0/24",
    ]);
  });

  it("keep no log of requests, call nobody's home, and read no Secret by the API", () => {
    const text = traefikArguments({ balancers: [] }).join("\n");
    expect(text).not.toMatch(/accesslog|providers\.kubernetes|api\.insecure/);
    expect(text).toContain("--global.checknewversion=false\n--global.sendanonymoususage=false");
  });
});
