/** What a repair asks for: one deletion that is waited for, one restart, targets of one update. */
import { expect, test } from "vitest";
import { refusalsOf, targetsOf, together } from "../../../cli/drift/repair-managed.ts";
import { joined } from "../../../cli/drift/repair-node.ts";
import { removeFrom } from "../../../cli/drift/repair-unmanaged.ts";
import { planOf } from "../../../cli/preview/plan.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";
import { OpenstackError } from "../../../local/openstack-client/error.ts";
import { built, eventsOf, logOf } from "../preview/engine.ts";
import { sighted } from "./reports.ts";

/** Has a thing until it was asked so many times after its deletion. */
function slowCloud(asks: number) {
  const seen: string[] = [];
  const openstack = {
    request: async (method: string, service: string, path: string) => void seen.push(`${method} ${service}${path}`),
    get: async () => {
      seen.push("GET");
      if (seen.length > asks) throw new OpenstackError("GET", 404, "");
      return {};
    },
  };
  return { openstack: openstack as unknown as OpenStack, seen };
}

test("a deletion is asked for once, and waited for", async () => {
  const { openstack, seen } = slowCloud(3);
  await removeFrom(openstack, "block-storage", "/volumes/v9", 1);
  expect(seen).toEqual(["DELETE block-storage/volumes/v9", "GET", "GET", "GET"]);
});

test("what is gone already is fine; what is refused is told", async () => {
  const refusing = (status: number) =>
    ({
      request: async () => Promise.reject(new OpenstackError("DELETE x", status, "in use")),
      get: async () => Promise.reject(new OpenstackError("GET x", 404, "")),
    }) as unknown as OpenStack;
  await expect(removeFrom(refusing(404), "network", "/v2.0/ports/p", 1)).resolves.toBeUndefined();
  await expect(removeFrom(refusing(409), "network", "/v2.0/ports/p", 1)).rejects.toThrow("409");
});

test("a node that is not ready again in time is told, with what to do", async () => {
  let asked = 0;
  const nodes = async () => {
    asked += 1;
    if (asked === 1) throw new Error("the API is away");
    return [{ name: "worker-01", ready: asked > 2 }];
  };
  await joined({ nodes }, "worker-01", 1, 0.001);
  expect(asked).toBe(3);
  await expect(joined({ nodes: async () => [] }, "worker-01", 0.002, 0.001)).rejects.toThrow("replace it");
});

test("what is taken back are the targets; what depends on one that is gone is replaced with it; the program's own needs no refresh", () => {
  const finding = sighted({ name: "a", urn: "urn:a" });
  const other = sighted({ name: "b", urn: "urn:b" });
  expect(targetsOf([finding, other])).toEqual(["--refresh", "--target", "urn:a", "--target", "urn:b"]);
  expect(targetsOf([{ ...finding, change: "gone" }])).toEqual(["--target-replace", "urn:a", "--target-dependents"]);
  const missing = { ...finding, answer: "program", change: "missing" } as const;
  expect(targetsOf([missing])).toEqual(["--target", "urn:a", "--target-dependents"]);
  expect(targetsOf([{ ...finding, answer: "program" }])).toEqual(["--target", "urn:a"]);
});

test("changes of the cloud are taken back by one update, each that is gone by its own, and first", () => {
  const of = (name: string, more: object = {}) => ({ ...sighted({ name, urn: `urn:${name}` }), id: name, ...more });
  const findings = [
    ...[of("a"), of("b", { change: "gone" }), of("c"), of("d", { change: "gone" })],
    ...[of("e", { answer: "program", change: "missing" }), of("f", { answer: "program" })],
  ];
  const names = together(findings).map((group) => group.map(({ name }) => name).join("+"));
  expect(names).toEqual(["b", "d", "a+c", "e", "f"]);
});

test("an address that is gone is made anew without a word of its loss; another address that would go is refused", async () => {
  const estate = await built();
  const ports = estate.nodes.filter(({ name }) => ["bbb-01-port", "bbb-02-port"].includes(name));
  const told = new Map(ports.map(({ type, name }) => [`${type}::${name}`, { op: "replace" } as const]));
  const plan = planOf(logOf(eventsOf(estate.nodes, told)), { stack: "s", complete: true, pools: estate.facts.pools });
  const urn = plan.changes.find(({ name }) => name === "bbb-01-port")?.urn ?? expect.fail("no port");
  const [refusal, ...others] = refusalsOf(plan, [{ answer: "cloud", change: "gone", urn }]);
  expect([refusal?.danger, others]).toEqual(["addresses", []]);
  expect(refusal?.what).toMatch(/: bbb-02-port$/);
  expect(refusalsOf(plan, [{ answer: "cloud", change: "changed", urn }])[0]?.what).toContain("bbb-01-port");
});
