/** Whether the estates of the benchmark find room in the local cloud. */
import { describe, expect, it } from "vitest";
import { requirements } from "../../../cli/check/requirements.ts";
import { addresses } from "../../../local/addresses.ts";
import { flavors } from "../../../local/openstack/flavors.ts";
import { quotas } from "../../../local/openstack/quotas.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { documentOf } from "../../bench/document.ts";

const last = (address: string) => Number(address.split(".").at(-1));

describe.each([10, 100, quotas.compute.instances])("an estate of %i hosts", (size) => {
  const facts = deriveFacts(parseEstate(documentOf(size), "a test"));
  const needs = requirements(facts);

  it("has so many, of every kind that has rules for the others' addresses", () => {
    expect(needs.hosts).toHaveLength(size);
    expect([...new Set(needs.hosts.map(({ role }) => role))].sort()).toEqual(["bbb", "orchestrator", "turn", "worker"]);
  });

  it("fits into the quotas of the project", () => {
    const sizes = needs.hosts.map(({ flavor }) => flavors[flavor as keyof typeof flavors]);
    const total = (key: "vcpus" | "ram") => sizes.reduce((sum, flavor) => sum + flavor[key], 0);
    expect(needs.hosts.length).toBeLessThanOrEqual(quotas.compute.instances);
    expect(total("vcpus")).toBeLessThanOrEqual(quotas.compute.cores);
    expect(total("ram")).toBeLessThanOrEqual(quotas.compute.ram);
    expect(needs.hosts.length + needs.servicePorts + needs.floatingIps.length).toBeLessThanOrEqual(quotas.network.port);
    expect(needs.floatingIps.length).toBeLessThanOrEqual(quotas.network.floatingip);
    expect(needs.securityGroupRules.length).toBeLessThanOrEqual(quotas.network.security_group_rule);
    expect(Object.keys(needs.recordSets).length).toBeLessThanOrEqual(quotas.names.zone_recordsets);
  });

  it("finds an address outside for each host that has one, and for the router", () => {
    const { first, last: end } = addresses.external;
    expect(needs.floatingIps.length + 1).toBeLessThanOrEqual(last(end) - last(first) + 1);
  });

  it("waits for slow hosts, and for nothing else", () => {
    for (const { rollout } of facts.pools) expect(rollout).toMatchObject({ joinMinutes: 60, soakMinutes: 0 });
  });
});
