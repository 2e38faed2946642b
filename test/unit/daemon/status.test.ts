import { expect, test } from "vitest";
import { isWell, describe as shown } from "../../../cli/local/status.ts";
import type { StackStatus } from "../../../local/daemon/client.ts";
import type { NetworkStatus } from "../../../local/network/network.ts";
import type { ServiceStatus } from "../../../local/service.ts";

const network: NetworkStatus = {
  ...{ state: "ready", failures: [], notes: [] },
  ...{ hosts: 1, routers: 1, loadBalancers: 0, reads: {} },
};
const keystone: ServiceStatus = {
  ...{ name: "keystone", state: "ready", kind: "real" },
  ...{ restarts: 0, since: "2026-01-01T00:00:00Z" },
};
const well: StackStatus = {
  ...{ state: "running", step: "running", problems: [], services: [keystone], hosts: [] },
  network,
};

test("a stack where everything is ready is well", () => {
  expect(isWell(well)).toBe(true);
  expect(shown(well)).not.toContain("wrong");
});

test.each<[string, StackStatus, string]>([
  ["nova does not answer", { ...well, problems: ["nova cannot be asked: 503"] }, "  nova cannot be asked: 503"],
  [
    "the network is not what neutron holds",
    { ...well, network: { ...network, state: "degraded", failures: ["octavia: busy"] } },
    "  network: octavia: busy",
  ],
  [
    "a log cannot be written",
    { ...well, services: [{ ...keystone, reason: "its log cannot be written: the disk is full" }] },
    "its log cannot be written: the disk is full",
  ],
  [
    "the daemon failed",
    { ...well, state: "failed", error: "the disk is full" },
    "The local stack is failed: the disk is full",
  ],
])("when %s, it is not well and says so", (_, status, sentence) => {
  expect(isWell(status)).toBe(false);
  expect(shown(status)).toContain(sentence);
});

test("what the network does not play is named, and nothing is wrong with it", () => {
  const status = { ...well, network: { ...network, notes: ["listener dns: UDP is not balanced"] } };
  expect(isWell(status)).toBe(true);
  expect(shown(status)).toMatch(/does not play:\n {2}listener dns: UDP is not balanced$/);
});
