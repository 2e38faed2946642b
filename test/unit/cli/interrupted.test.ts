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

test("a rule has no name: it is the one of that meaning in its own group; others of the group stay", async () => {
  const { openstack, removed } = cloudWith({
    "/v2.0/security-group-rules": [
      { id: "r1", security_group_id: "g1", description: "hosts-in-ssh" },
      { id: "r2", security_group_id: "g2", description: "hosts-in-ssh" },
      { id: "r3", security_group_id: "g2", description: "" },
    ],
  });
  const inputs = { securityGroupId: "g2", description: "hosts-in-ssh" };
  for (const orphan of await orphansOf(interrupted(rule, inputs), openstack)) await orphan.remove(openstack);
  expect(removed).toEqual(["DELETE /v2.0/security-group-rules/r2"]);
});

test("of floating IPs, only a free one with the host's description is an orphan, once for two interrupted operations", async () => {
  const { openstack } = cloudWith({
    "/v2.0/floatingips": [
      { id: "f1", port_id: null, description: "bbb-01" },
      { id: "f2", port_id: null, description: "mine" },
      { id: "f3", port_id: "p", description: "bbb-01" },
    ],
  });
  const state = interrupted("openstack:networking/floatingIp:FloatingIp", { pool: "public", description: "bbb-01" });
  const [operation] = state.deployment.pending_operations ?? [];
  const twice = operation ? [operation, operation] : [];
  const orphans = await orphansOf({ deployment: { pending_operations: twice } }, openstack);
  expect(orphans.map(({ path }) => path)).toEqual(["network/v2.0/floatingips/f1"]);
});

test("a key pair has only a name; a record set is in its zone, and known to the state by both ids", async () => {
  const { openstack, removed } = cloudWith({
    "/os-keypairs": [{ keypair: { name: "estate" } }, { keypair: { name: "mine" } }],
    "/v2/zones/z/recordsets": [
      { id: "a", name: "api.estate.test.", type: "A" },
      { id: "b", name: "bbb-01.estate.test.", type: "A" },
    ],
  });
  const record = { zoneId: "z", name: "api.estate.test.", type: "A" };
  const recordSet = "openstack:dns/recordSet:RecordSet";
  for (const state of [
    interrupted("openstack:compute/keypair:Keypair", { name: "estate" }),
    interrupted(recordSet, record),
    interrupted(recordSet, record, ["z/a"]),
  ])
    for (const orphan of await orphansOf(state, openstack)) await orphan.remove(openstack);
  expect(removed).toEqual(["DELETE /os-keypairs/estate", "DELETE /v2/zones/z/recordsets/a"]);
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

test("a port is one without a device, a subnet and a port are on the network that was asked for", async () => {
  const { openstack } = cloudWith({
    "/v2.0/ports": [
      { id: "1", name: "bbb-01", network_id: "other" },
      { id: "2", name: "bbb-01", network_id: "n", device_id: "s" },
      { id: "3", name: "bbb-01", network_id: "n", device_id: "" },
    ],
    "/v2.0/subnets": [
      { id: "4", name: "estate", network_id: "other" },
      { id: "5", name: "estate", network_id: "n" },
    ],
  });
  const found = await Promise.all([
    orphansOf(interrupted(port, { name: "bbb-01", networkId: "n" }), openstack),
    orphansOf(interrupted("openstack:networking/subnet:Subnet", { name: "estate", networkId: "n" }), openstack),
  ]);
  expect(found.flat().map(({ path, certain }) => [path, certain])).toEqual([
    ["network/v2.0/ports/3", false],
    ["network/v2.0/subnets/5", true],
  ]);
});

test("a key pair of the same name with another key is another's", async () => {
  const { openstack } = cloudWith({
    "/os-keypairs": [{ keypair: { name: "estate", public_key: "ssh-ed25519 AAAA x" } }],
  });
  const wanted = (publicKey: string) => interrupted("openstack:compute/keypair:Keypair", { name: "estate", publicKey });
  expect(await orphansOf(wanted("ssh-ed25519 BBBB x"), openstack)).toEqual([]);
  expect(await orphansOf(wanted("ssh-ed25519 AAAA x"), openstack)).toHaveLength(1);
});
