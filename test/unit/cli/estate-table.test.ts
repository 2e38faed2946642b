import { expect, test } from "vitest";
import { hostRow } from "../../../cli/local/estate-table.ts";

const node = (status: string) => ({
  metadata: { name: "bbb-1", labels: { "estate/role": "bbb" } },
  status: { nodeInfo: { kubeletVersion: "v1.34.2+k3s1" }, conditions: [{ type: "Ready", status }] },
});

test("a host is up only when its node says so", () => {
  expect(hostRow("bbb-1", ["10.0.0.1"], node("True"))).toEqual({
    name: "bbb-1",
    role: "bbb",
    addresses: ["10.0.0.1"],
    version: "v1.34.2+k3s1",
    health: "up",
  });
  expect(hostRow("bbb-1", [], node("False")).health).toBe("down");
});

test("unknown is never up", () => {
  expect(hostRow("bbb-1", [], node("Unknown")).health).toBe("unknown");
  expect(hostRow("bbb-1", [], undefined).health).toBe("unknown");
});
