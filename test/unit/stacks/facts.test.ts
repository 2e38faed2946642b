import { describe, expect, it } from "vitest";
import { contains, overlap } from "../../../stacks/cidr.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { estate } from "./fixtures.ts";

describe("facts", () => {
  const facts = deriveFacts(estate());

  it("put the orchestrator first, then the other pools and their hosts by name", () => {
    expect(facts.pools.map(({ role, hosts }) => [role, hosts.map(({ name }) => name)])).toEqual([
      ["orchestrator", ["orchestrator-01", "orchestrator-02", "orchestrator-03"]],
      ["bbb", ["bbb-01", "bbb-02"]],
      ["worker", ["worker-01"]],
    ]);
  });

  it("give every host two names, its role as a label, and its role's taints", () => {
    const bbb = facts.pools[1]?.hosts[0];
    expect(bbb?.names).toEqual({ announced: "bbb-01.estate.test", internal: "bbb-01.internal.estate.test" });
    expect(bbb?.labels).toEqual({ "estate/role": "bbb" });
    expect(bbb?.taints).toEqual(["estate/dedicated=bbb:NoSchedule"]);
  });

  it("keep everything but system pods off the orchestrator's servers", () => {
    expect(facts.pools[0]?.hosts[0]?.taints).toEqual(["node-role.kubernetes.io/control-plane=:NoSchedule"]);
  });

  it("do not depend on the order in which the document was written", () => {
    const reversed = estate((document) => {
      const reverse = (value: unknown): unknown =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(
              Object.entries(value)
                .toReversed()
                .map(([key, inner]) => [key, reverse(inner)]),
            )
          : value;
      Object.assign(document, reverse(document));
      document.roles = reverse(document.roles);
    });
    expect(JSON.stringify(deriveFacts(reversed).pools)).toBe(JSON.stringify(facts.pools));
    expect(JSON.stringify(deriveFacts(reversed).rules)).toBe(JSON.stringify(facts.rules));
  });
});

describe("ranges", () => {
  it.each([
    ["10.0.0.0/8", "10.42.0.0/16", true],
    ["10.42.0.0/16", "10.43.0.0/16", false],
    ["10.20.0.0/24", "10.20.0.128/25", true],
    ["192.0.2.0/24", "192.0.3.0/24", false],
  ])("%s and %s overlap: %s", (a, b, expected) => {
    expect([overlap(a, b), overlap(b, a)]).toEqual([expected, expected]);
  });

  it("contain addresses", () => {
    expect([contains("192.0.2.80/32", "192.0.2.80"), contains("192.0.2.80/32", "192.0.2.81")]).toEqual([true, false]);
  });
});
