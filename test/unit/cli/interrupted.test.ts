import { expect, test } from "vitest";
import { type Checkpoint, orphansOf, withoutPending } from "../../../cli/interrupted.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

const urn = (name: string) => `urn:pulumi:local::estate::openstack::${name}`;
const port = "openstack:networking/port:Port";
const rule = "openstack:networking/secGroupRule:SecGroupRule";

/** A cloud that holds these, and notes what is removed. */
function cloudWith(items: Record<string, object[]>): { openstack: OpenStack; removed: string[] } {
  const removed: string[] = [];
  const openstack = {
    list: async (_service: string, path: string) => items[path] ?? [],
    request: async (method: string, _service: string, path: string) => void removed.push(`${method} ${path}`),
  };
  return { openstack: openstack as unknown as OpenStack, removed };
}

function interrupted(type: string, inputs: Record<string, unknown>, recorded: string[] = []): Checkpoint {
  return {
    deployment: {
      resources: recorded.map((id) => ({ urn: urn(id), type, id })),
      pending_operations: [{ type: "creating", resource: { urn: urn("new"), type, inputs } }],
    },
  };
}

test("what was made but not written down is removed; what the state holds, or has another name, stays", async () => {
  const { openstack, removed } = cloudWith({
    "/v2.0/ports": [
      { id: "1", name: "bbb-01" },
      { id: "2", name: "bbb-01" },
      { id: "3", name: "mine" },
    ],
  });
  const orphans = await orphansOf(interrupted(port, { name: "bbb-01" }, ["1"]), openstack);
  for (const orphan of orphans) await orphan.remove(openstack);
  expect(removed).toEqual(["DELETE /v2.0/ports/2"]);
  expect(orphans.map(({ what }) => what)).toEqual(["ports bbb-01"]);
});

test("a rule has no name: it is looked for in its own group only", async () => {
  const { openstack, removed } = cloudWith({
    "/v2.0/security-group-rules": [
      { id: "r1", security_group_id: "g1" },
      { id: "r2", security_group_id: "g2" },
    ],
  });
  for (const orphan of await orphansOf(interrupted(rule, { securityGroupId: "g2" }), openstack))
    await orphan.remove(openstack);
  expect(removed).toEqual(["DELETE /v2.0/security-group-rules/r2"]);
});

test("an interrupted deletion removes nothing", async () => {
  const { openstack } = cloudWith({ "/v2.0/ports": [{ id: "1", name: "bbb-01" }] });
  const pending_operations = [
    { type: "deleting", resource: { urn: urn("x"), type: port, id: "1", inputs: { name: "bbb-01" } } },
  ];
  expect(await orphansOf({ deployment: { pending_operations } }, openstack)).toEqual([]);
});

test("the state loses its pending operations and nothing else", () => {
  const state = { version: 3, ...interrupted(port, {}, ["1"]) };
  expect(withoutPending(state)).toEqual({ version: 3, deployment: { resources: state.deployment.resources } });
});
