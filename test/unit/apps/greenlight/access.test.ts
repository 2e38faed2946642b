import { describe, expect, it } from "vitest";
import { policy } from "../../../../apps/greenlight/access.ts";
import type { Part } from "../../../../apps/greenlight/names.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { withGreenlight } from "../documents.ts";

const { apps } = deriveFacts(estate((document) => withGreenlight(document)));
const outside = [{ port: 587, cidrs: ["192.0.2.25/32"] }];
const spec = (part: Part, all: Parameters<typeof policy>[1]["apps"] = apps) =>
  policy(part, { apps: all, outside }).spec;
const pods = (labels: object) => ({ podSelector: { matchLabels: expect.objectContaining(labels) } });
const ingress = {
  name: "ingress",
  ports: { https: { port: 8443, from: ["world"] }, metrics: { port: 8082, from: ["monitoring"] } },
};

describe("who reaches whom", () => {
  it("is the portal by the ingress alone, and by nobody where there is none", () => {
    expect(spec("portal").ingress).toEqual([]);
    const from = [pods({ "app.kubernetes.io/name": "ingress" })];
    expect(spec("portal", [...apps, ingress]).ingress).toEqual([{ from, ports: [{ port: 3000, protocol: "TCP" }] }]);
    expect(spec("migration", [...apps, ingress]).ingress).toEqual([]);
  });

  it.each([
    ["portal", [443, 53, 53, 5432, 587, 6379]],
    ["migration", [53, 53, 5432, 6379]],
  ] as const)("from %s to what it needs: ports %j", (part, expected) => {
    const ports = spec(part).egress.flatMap(({ ports }) => ports.map(({ port }) => port));
    expect(ports.sort()).toEqual(expected);
    for (const { to } of spec(part).egress) expect(to.length).toBeGreaterThan(0);
  });

  it("to the mail server and to no other address by its port", () => {
    const rule = spec("portal").egress.find(({ ports }) => ports.some(({ port }) => port === 587));
    expect(rule?.to).toEqual([{ ipBlock: { cidr: "192.0.2.25/32" } }]);
    const nowhere = policy("portal", { apps, outside: [{ port: 587, cidrs: [] }] }).spec.egress;
    expect(nowhere.flatMap(({ ports }) => ports.map(({ port }) => port))).not.toContain(587);
  });

  it("to the ingress' pods by what the world reaches there: Scalelite's public name leads to them", () => {
    expect(spec("portal", [...apps, ingress]).egress).toContainEqual({
      ...{ to: [pods({ "app.kubernetes.io/name": "ingress" })], ports: [{ port: 8443, protocol: "TCP" }] },
    });
  });

  it("never to the metadata service", () => {
    expect(JSON.stringify(spec("portal").egress)).toContain('{"cidr":"0.0.0.0/0","except":["169.254.0.0/16"]}');
  });
});
