import { describe, expect, it } from "vitest";
import { judge } from "../../../cli/check/judge.ts";
import { asJson, asText } from "../../../cli/check/print.ts";
import { behindVip } from "../stacks/fixtures.ts";
import { campus, campusCloud, emptyCloud, needsOf, providerNeeds } from "./clouds.ts";

const what = "front of the API";
const advice = (...args: Parameters<typeof judge>) => judge(...args).find((row) => row.what === what)?.advice;
const withoutOctavia = (cloud: { services: readonly string[] }) => {
  cloud.services = cloud.services.filter((type) => type !== "load-balancer");
};

describe("several servers with nothing before their API", () => {
  it("are advised to have what the cloud allows, with what it is for; and nothing is missing", () => {
    const rows = judge(needsOf(), emptyCloud());
    const text = asText(rows);
    expect(text).toMatch(
      /What would be better:\n {2}front of the API: while a server is replaced, .* try again: write vip or loadBalancer in orchestrator\.api\.front/,
    );
    expect(text).toMatch(/Nothing is missing\.$/);
    expect(JSON.parse(asJson(rows))).toMatchObject({ ok: true, problems: [] });
  });

  it("are advised to have a VIP where there is no Octavia", () => {
    expect(advice(needsOf(), emptyCloud(withoutOctavia))).toContain("write vip in orchestrator.api.front");
  });
});

describe("on a network of the cloud", () => {
  it("only Octavia can stand before them, and without it nothing is advised", () => {
    expect(advice(providerNeeds, campusCloud())).toContain("write loadBalancer in orchestrator.api.front");
    expect(advice(providerNeeds, campusCloud(campus, withoutOctavia))).toBeUndefined();
    expect(providerNeeds.bareServers).toEqual({ count: 3, mayHaveVip: false });
  });
});

it("servers of several sites, which no VIP can stand before, are not advised to have one", () => {
  const apart = needsOf((document) => {
    document.sites = { north: { cidr: "10.20.0.0/24" }, south: { cidr: "10.21.0.0/24" } };
    for (const { hosts } of Object.values<{ hosts: Record<string, { site?: string }> }>(document.roles))
      for (const [index, host] of Object.values(hosts).entries()) host.site = index === 0 ? "north" : "south";
  });
  expect(apart.bareServers).toEqual({ count: 3, mayHaveVip: false });
});

it("a VIP, and an estate of one server, need no advice", () => {
  const alone = needsOf(({ roles: { orchestrator } }) => {
    orchestrator.hosts = { "orchestrator-01": {} };
    orchestrator.volumes = { datastore: { sizeGiB: 10, path: "/var/lib/rancher" } };
  });
  expect([needsOf(behindVip).bareServers, alone.bareServers]).toEqual([undefined, undefined]);
  expect(advice(alone, emptyCloud())).toBeUndefined();
});
