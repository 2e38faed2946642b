import { expect, it } from "vitest";
import { hostNamesRunning, hostsRunning, rolesRunning } from "../../../apps/hosts.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { estate } from "../stacks/fixtures.ts";

/** Hosts that run bbb by the name of their role, and by what another one says; some are counted, some have names. */
const document = estate(({ roles }) => {
  for (const role of Object.keys(roles)) if (role !== "orchestrator") delete roles[role];
  roles.bbb = { flavor: "m1.small", publicAddress: true, count: 2 };
  roles.all = { flavor: "m1.small", publicAddress: true, runs: ["pods", "bbb"], hosts: { zoe: {}, abe: {} } };
  roles.other = { flavor: "m1.small", runs: ["pods"], count: 1 };
});

it("roles run what their name says, or what they say", () => {
  expect(rolesRunning(document, "bbb")).toEqual(["all", "bbb"]);
  expect(rolesRunning(document, "pods")).toEqual(["all", "other"]);
  expect(rolesRunning(document, "turn")).toEqual([]);
});

it("hosts of a document are named in the order of their names", () => {
  expect(hostNamesRunning(document, "bbb")).toEqual(["abe", "bbb-01", "bbb-02", "zoe"]);
  expect(hostNamesRunning(document, "turn")).toEqual([]);
});

it("hosts of the facts are in the order in which they are replaced", () => {
  expect(hostsRunning(deriveFacts(document), "bbb").map(({ name }) => name)).toEqual([
    "abe",
    "zoe",
    "bbb-01",
    "bbb-02",
  ]);
  expect(hostsRunning(deriveFacts(document), "turn")).toEqual([]);
});
