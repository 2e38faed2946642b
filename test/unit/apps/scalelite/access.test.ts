import { describe, expect, it } from "vitest";
import { policy } from "../../../../apps/scalelite/access.ts";
import type { Part } from "../../../../apps/scalelite/names.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { withScalelite } from "../documents.ts";

const { apps } = deriveFacts(estate((document) => withScalelite(document)));
const bbb = ["192.0.2.7", "192.0.2.8"];
const spec = (part: Part, servers = bbb) => policy(part, { apps, bbb: servers }).spec;
const pods = (labels: object) => ({ podSelector: { matchLabels: expect.objectContaining(labels) } });

describe("who reaches whom", () => {
  it("is the API by nginx alone, and what has no port by nobody", () => {
    const ports = [{ port: 3000, protocol: "TCP" }];
    expect(spec("api").ingress).toEqual([{ from: [pods({ "app.kubernetes.io/component": "nginx" })], ports }]);
    for (const part of ["poller", "importer", "migration"] as const) expect(spec(part).ingress).toEqual([]);
  });

  it("is nginx by those that the catalogue names", () => {
    const web = { name: "scalelite", ports: { http: { port: 8080, from: ["registrator"] } } };
    const { ingress } = policy("nginx", { apps: [web, { name: "registrator", ports: {} }], bbb }).spec;
    const from = [pods({ "app.kubernetes.io/name": "registrator" })];
    expect(ingress).toEqual([{ from, ports: [{ port: 8080, protocol: "TCP" }] }]);
  });

  it.each([
    ["nginx", [3000, 53, 53]],
    ["api", [443, 443, 53, 53, 5432, 6379]],
    ["poller", [443, 53, 53, 5432, 6379]],
    ["importer", [443, 53, 53, 5432, 6379]],
    ["migration", [53, 53, 5432, 6379]],
  ] as const)("from %s to what it needs: ports %j", (part, expected) => {
    const ports = spec(part).egress.flatMap(({ ports }) => ports.map(({ port }) => port));
    expect(ports.sort()).toEqual(expected);
    for (const { to } of spec(part).egress) expect(to.length).toBeGreaterThan(0);
  });

  it("from the poller to the servers, and to no other address", () => {
    const blocks = spec("poller").egress.flatMap(({ to }) => to.filter((peer) => "ipBlock" in peer));
    expect(blocks).toEqual([{ ipBlock: { cidr: "192.0.2.7/32" } }, { ipBlock: { cidr: "192.0.2.8/32" } }]);
    expect(spec("poller", []).egress.flatMap(({ ports }) => ports.map(({ port }) => port))).not.toContain(443);
  });

  it("never to the metadata service", () => {
    expect(JSON.stringify(spec("api").egress)).toContain('{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}');
  });
});
