/** Addresses that lead back to names: which zones and records the document makes of it. */
import { describe, expect, it } from "vitest";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const record = "openstack:dns/recordSet:RecordSet";
const named = (nodes: readonly Registered[], name: string) => {
  const found = nodes.find((node) => node.type === record && node.name === name);
  return found ?? expect.fail(`no record ${name}`);
};
/** Distinct addresses, as a cloud gives them: by the order of names. */
const addresses: Readonly<Record<string, string>> = {
  ...{
    "orchestrator-01-port": "10.20.4.11",
    "orchestrator-02-port": "10.20.4.12",
    "orchestrator-03-port": "10.20.5.13",
  },
  ...{
    "bbb-01-port": "10.20.6.21",
    "bbb-02-port": "10.20.7.22",
    "bbb-03-port": "10.20.7.23",
    "worker-01-port": "10.20.4.31",
  },
};
const cloud = {
  made: (_: string, name: string) => (addresses[name] ? { allFixedIps: [addresses[name]] } : {}),
  found: (token: string) => `${token.split(":").at(-1)}-id`,
};
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
const range = (document: any) => {
  document.sites.local.cidr = "10.20.4.0/22";
};
const built = await graph({ cloud, change: range });
const grown = await graph({
  cloud,
  change: (document) => {
    range(document);
    document.roles.bbb.hosts["bbb-03"] = {};
  },
});
const without = await graph({
  change: (document) => {
    document.sites.local.reverseZone = false;
  },
});

describe("a network of the estate's own", () => {
  it("has a zone for each /24, on which no server depends", () => {
    const zones = built.filter(({ type }) => type === "openstack:dns/zone:Zone").map(({ inputs }) => inputs.name);
    expect(zones.sort()).toEqual(["estate.test.", ...[4, 5, 6, 7].map((part) => `${part}.20.10.in-addr.arpa.`)].sort());
    for (const { type, from, dependsOn } of built.filter(({ type }) => type.endsWith(":Instance")))
      expect(JSON.stringify([from, dependsOn]), type).not.toMatch(/in-addr|::reverse/);
  });

  it("leads from each host's address to its internal name, in the zone that holds the address", () => {
    expect(named(built, "reverse-bbb-02").inputs).toMatchObject({
      ...{ type: "PTR", name: "22.7.20.10.in-addr.arpa.", records: ["bbb-02.internal.estate.test."] },
      zoneId: "reverse-7.20.10.in-addr.arpa-id",
    });
    expect(named(built, "reverse-orchestrator-03").inputs.zoneId).toBe("reverse-5.20.10.in-addr.arpa-id");
    expect(built.filter(({ inputs }) => inputs.type === "PTR")).toHaveLength(6);
  });

  it("gets one record more for a host more, and none changes", () => {
    const names = (nodes: readonly Registered[]) =>
      nodes.filter(({ type }) => type.includes(":dns/")).map(({ type, name, inputs }) => ({ type, name, inputs }));
    const before = names(built);
    expect(
      names(grown)
        .filter(({ name }) => !before.some((one) => one.name === name))
        .map(({ name }) => name),
    ).toEqual(["dns-bbb-03", "dns-bbb-03.internal", "reverse-bbb-03"]);
    expect(names(grown).filter(({ name }) => before.some((one) => one.name === name))).toEqual(before);
  });
});

it("nothing leads back where the zones are somebody else's", () => {
  expect(JSON.stringify(without)).not.toContain("in-addr.arpa");
});
