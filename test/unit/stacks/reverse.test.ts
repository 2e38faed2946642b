import { describe, expect, it } from "vitest";
import { deriveFacts } from "../../../stacks/facts.ts";
import { reverseName, reverseZoneOf, reverseZones } from "../../../stacks/reverse.ts";
import { estate } from "./fixtures.ts";

describe("the reverse zones of a range", () => {
  it.each([
    ["10.0.0.0/8", ["10.in-addr.arpa"]],
    ["10.20.0.0/16", ["20.10.in-addr.arpa"]],
    ["10.20.0.0/24", ["0.20.10.in-addr.arpa"]],
    ["10.20.4.0/22", ["4.20.10.in-addr.arpa", "5.20.10.in-addr.arpa", "6.20.10.in-addr.arpa", "7.20.10.in-addr.arpa"]],
    ["172.16.0.0/15", ["16.172.in-addr.arpa", "17.172.in-addr.arpa"]],
    ["10.20.7.128/25", ["7.20.10.in-addr.arpa"]],
    ["192.0.2.7/32", ["2.0.192.in-addr.arpa"]],
  ])("%s are as many as there are bytes to it", (cidr, zones) => expect(reverseZones(cidr)).toEqual(zones));

  it("hold every address of it, and none beside it", () => {
    const zones = reverseZones("10.20.4.0/22");
    for (const address of ["10.20.4.0", "10.20.5.17", "10.20.7.255"])
      expect(reverseZoneOf(address, zones)).toBe(`${address.split(".")[2]}.20.10.in-addr.arpa`);
    for (const address of ["10.20.3.255", "10.20.8.0", "110.20.4.1", "10.120.4.1"])
      expect(() => reverseZoneOf(address, zones)).toThrow(`${address} is in no reverse zone`);
  });

  it("say what to do about an address in none", () =>
    expect(() => reverseZoneOf("203.0.113.9", ["20.10.in-addr.arpa"], "add its range")).toThrow(
      "203.0.113.9 is in no reverse zone of the estate (20.10.in-addr.arpa): add its range",
    ));

  it("are asked by the address backwards", () => expect(reverseName("10.20.0.7")).toBe("7.0.20.10.in-addr.arpa"));
});

describe("the reverse zones of an estate", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
  const reverse = (change: (document: any) => void) => deriveFacts(estate(change)).reverse;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const provider = (document: any) => {
    const { nameservers, downloads } = document.network;
    document.network = { mode: "provider", nameservers, downloads };
    document.sites.local.network = "campus";
  };

  it("are those of its own networks", () => {
    const { fixed, floating } = reverse(() => undefined);
    expect(fixed.zones).toEqual(["0.20.10.in-addr.arpa"]);
    expect(Object.keys(fixed.names)).toHaveLength(6);
    expect(fixed.names["bbb-01"]).toBe("bbb-01.internal.estate.test");
    expect(floating).toEqual({ zones: [], names: {} });
  });

  it("are none of the cloud's networks, nor where somebody else has them, unless the document says so", () => {
    const none = { fixed: { zones: [], names: {} }, floating: { zones: [], names: {} } };
    expect(reverse(provider)).toEqual(none);
    const without = reverse((document) => {
      document.sites.local.reverseZone = false;
    });
    expect(without).toEqual(none);
    const given = reverse((document) => {
      provider(document);
      document.sites.local.reverseZone = true;
    });
    expect(given.fixed.zones).toEqual(["0.20.10.in-addr.arpa"]);
    // others see this very address of a host that they reach: it leads to the name they are told
    expect(given.fixed.names).toMatchObject({
      "bbb-01": "bbb-01.estate.test",
      "worker-01": "worker-01.internal.estate.test",
    });
    expect(given.floating).toEqual(none.floating);
  });

  it("are those of floating IPs too where they are delegated, for what has one", () => {
    const { fixed, floating } = reverse((document) => {
      document.network.reverseRanges = { public: "203.0.112.0/23" };
      document.orchestrator.api = { front: "loadBalancer" };
    });
    expect(fixed.zones).toEqual(["0.20.10.in-addr.arpa"]);
    expect(floating.zones).toEqual(["112.0.203.in-addr.arpa", "113.0.203.in-addr.arpa"]);
    const servers = ["orchestrator-01", "orchestrator-02", "orchestrator-03"];
    expect(Object.keys(floating.names).sort()).toEqual(["api", "bbb-01", "bbb-02", ...servers]);
    expect(floating.names).toMatchObject({ api: "api.estate.test", "bbb-01": "bbb-01.estate.test" });
  });

  it("are there once for two sites of one /24, and have the hosts of the sites that have one", () => {
    const { fixed } = reverse((document) => {
      document.sites = {
        north: { cidr: "10.20.0.0/25" },
        south: { cidr: "10.20.0.128/25" },
        west: { cidr: "10.30.0.0/24", reverseZone: false },
      };
      for (const role of ["orchestrator", "bbb", "worker"])
        for (const host of Object.values<Record<string, string>>(document.roles[role].hosts)) host.site = "north";
      document.roles.bbb.hosts["bbb-02"].site = "south";
      document.roles.worker.hosts["worker-01"].site = "west";
    });
    expect(fixed.zones).toEqual(["0.20.10.in-addr.arpa"]);
    expect(Object.keys(fixed.names)).toEqual([
      "orchestrator-01",
      "orchestrator-02",
      "orchestrator-03",
      "bbb-01",
      "bbb-02",
    ]);
  });
});
