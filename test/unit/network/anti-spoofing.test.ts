import { expect, test } from "vitest";
import { antiSpoofingTable, ipv6Number, linkLocal } from "../../../local/network/anti-spoofing.ts";
import { Fixture, id, mac } from "./fixture.ts";

const cloud = new Fixture();
const port = (more = {}) => cloud.port("port", "net", "10.0.0.5", more);
const from = `ether saddr ${mac("port")}`;

test("a port sends from its own addresses, in IPv4 and ARP", () => {
  const text = antiSpoofingTable([port()]);
  expect(text).toContain(`${from} arp saddr ether ${mac("port")} arp saddr ip { 10.0.0.5 } accept`);
  expect(text).toContain(`${from} ip saddr { 10.0.0.5 } accept`);
  expect(text).toContain(`${from} icmpv6 type nd-router-advert drop`);
  expect(text).toContain(`"tap${id("port").slice(0, 11)}" : goto tap${id("port").slice(0, 11)}`);
  expect(text).toMatch(/accept\n {2}drop\n }/);
});

test("allowed address pairs add addresses, and MAC addresses of their own", () => {
  const pairs = [{ ip_address: "10.0.0.100" }, { ip_address: "10.9.0.0/16", mac_address: "00:00:5e:00:01:01" }];
  const text = antiSpoofingTable([port({ allowed_address_pairs: pairs })]);
  expect(text).toContain(`${from} ip saddr { 10.0.0.100, 10.0.0.5 } accept`);
  expect(text).toContain("ether saddr 00:00:5e:00:01:01 ip saddr { 10.9.0.0/16 } accept");
  expect(antiSpoofingTable([port({ allowed_address_pairs: [{ ip_address: "0.0.0.0/0" }] })])).toContain(
    `${from} ether type ip accept`,
  );
});

test("a port without port security sends what it likes", () => {
  expect(antiSpoofingTable([port({ port_security_enabled: false })])).not.toContain("drop");
});

test("link-local addresses and numbers of IPv6", () => {
  expect(linkLocal("fa:16:3e:01:02:03")).toBe("fe80::f816:3eff:fe01:203");
  expect(ipv6Number("fe80::f816:3eff:fe01:203")).toBe("0xfe80000000000000f8163efffe010203");
  expect(ipv6Number("::1")).toBe(`0x${"1".padStart(32, "0")}`);
});
