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
  made: (_type: string, name: string): Record<string, unknown> =>
    addresses[name] ? { allFixedIps: [addresses[name]] } : {},
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

  it("has records that come after the zone they are in, and after no other: one more changes none of them", () => {
    for (const node of built.filter(({ inputs }) => inputs.type === "PTR")) {
      const zones = node.from.zoneId?.filter((one) => one.includes("Zone::"));
      expect(zones, node.name).toEqual([`openstack:dns/zone:Zone::${String(node.inputs.zoneId).replace(/-id$/, "")}`]);
    }
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

describe("floating IPs whose reverse zone is delegated", async () => {
  const floating: Readonly<Record<string, string>> = {
    "orchestrator-01-floating-ip": "203.0.113.11",
    "orchestrator-02-floating-ip": "203.0.113.12",
    "orchestrator-03-floating-ip": "203.0.113.13",
    "bbb-01-floating-ip": "203.0.112.21",
    "bbb-02-floating-ip": "203.0.113.22",
    "api-floating-ip": "203.0.113.99",
  };
  const made: typeof cloud = {
    ...cloud,
    made: (type, name) => {
      if (type.endsWith(":LoadBalancer")) return { vipAddress: "10.20.4.99", vipPortId: "vip-port" };
      return floating[name] ? { address: floating[name] } : cloud.made(type, name);
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
  const balanced = (document: any) => {
    range(document);
    document.orchestrator.api = { front: "loadBalancer" };
  };
  const given = await graph({
    cloud: made,
    change: (document) => {
      balanced(document);
      document.network.reverseRanges = { public: "203.0.112.0/23" };
    },
  });

  it("lead back to the names that others are told, each in its zone", () => {
    const zones = given.filter(({ type }) => type === "openstack:dns/zone:Zone").map(({ inputs }) => inputs.name);
    expect(zones).toEqual(expect.arrayContaining(["112.0.203.in-addr.arpa.", "113.0.203.in-addr.arpa."]));
    expect(named(given, "reverse-bbb-01.floating").inputs).toMatchObject({
      ...{ type: "PTR", name: "21.112.0.203.in-addr.arpa.", records: ["bbb-01.estate.test."] },
      zoneId: "reverse-112.0.203.in-addr.arpa-id",
    });
    expect(named(given, "reverse-bbb-02.floating").inputs.zoneId).toBe("reverse-113.0.203.in-addr.arpa-id");
    expect(named(given, "reverse-api.floating").inputs).toMatchObject({
      ...{ name: "99.113.0.203.in-addr.arpa.", records: ["api.estate.test."] },
    });
  });

  it("are found again under the name that they lead to", () => {
    const records = given.filter(({ type, name }) => type === record && name.endsWith(".floating"));
    expect(records).toHaveLength(6);
    for (const { inputs } of records) {
      const [target] = inputs.records as string[];
      const forward = given.find((one) => one.type === record && one.inputs.name === target);
      const address = String(inputs.name).replace(".in-addr.arpa.", "").split(".").reverse().join(".");
      expect(forward?.inputs.records).toEqual([address]);
    }
  });

  it("add zones and records, and change nothing else", async () => {
    const without = await graph({ cloud: made, change: balanced });
    const known = new Set(without.map(({ type, name }) => `${type} ${name}`));
    const added = given.filter(({ type, name }) => !known.has(`${type} ${name}`));
    expect(added.map(({ name }) => name).filter((name) => !/\.floating$|\.in-addr\.arpa$/.test(name))).toEqual([]);
    expect(added).toHaveLength(2 + 6);
    expect(given.filter((node) => !added.includes(node))).toEqual(without);
  });
});

it("nothing leads back where the zones are somebody else's", () => {
  expect(JSON.stringify(without)).not.toContain("in-addr.arpa");
});
