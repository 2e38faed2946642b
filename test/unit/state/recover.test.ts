/** What `estate state recover` tells of an interrupted update before it does anything. */
import { expect, test } from "vitest";
import { wreckOf, wreckText } from "../../../cli/state/recover.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

const server = "openstack:compute/instance:Instance";
const floatingIp = "openstack:networking/floatingIp:FloatingIp";
const operation = (type: string, name: string, inputs: object) => ({
  type: "creating",
  resource: { urn: `urn:pulumi:mine::estate::${type}::${name}`, type, inputs },
});
const pending = [
  operation(server, "bbb-01", { name: "bbb-01", metadata: { estate: "estate" } }),
  operation(server, "bbb-02", { name: "bbb-02", metadata: { estate: "estate" } }),
  operation(floatingIp, "bbb-01", { description: "bbb-01" }),
];
const items: Readonly<Record<string, readonly object[]>> = {
  "/servers/detail": [
    { id: "s1", name: "bbb-01", status: "ACTIVE", metadata: { estate: "estate" } },
    { id: "s2", name: "bbb-02", status: "ERROR", metadata: { estate: "estate" } },
    { id: "s3", name: "bbb-01", status: "ACTIVE", metadata: { estate: "another" } },
  ],
  "/v2.0/floatingips": [{ id: "f1", port_id: null, description: "bbb-01" }],
};
const openstack = { list: async (_: string, path: string) => items[path] ?? [] } as unknown as OpenStack;

const look = async (pending_operations: readonly object[]) => {
  const commands: string[] = [];
  const pulumi = async (command: readonly string[]) => {
    commands.push(command.join(" "));
    return JSON.stringify({ deployment: { resources: [], pending_operations } });
  };
  const wreck = await wreckOf({ stack: "mine", pulumi, openstack: async () => openstack, shared: true });
  return { wreck, commands };
};

test("what runs is adopted, what failed is removed, what may be another's is left, and nothing is changed by looking", async () => {
  const { wreck, commands } = await look(pending);
  expect(wreck.orphans.map(({ path, fate }) => [path.split("/").at(-1), fate])).toEqual([
    ["s1", "adopt"],
    ["s2", "remove"],
    ["f1", "leave"],
  ]);
  expect(wreck.interrupted).toContainEqual({ operation: "creating", type: server, name: "bbb-02" });
  const text = wreckText("mine", wreck);
  expect(text).toContain("Of stack mine, operations were interrupted (3):");
  expect(text).toMatch(/servers bbb-01 .*it is taken into the state/);
  expect(text).toMatch(/floatingips bbb-01 .*it is left alone/);
  expect(commands).toEqual(["stack export --stack mine"]);
});

test("where nothing was interrupted the cloud is not asked", async () => {
  const { wreck } = await look([]);
  expect(wreck).toEqual({ interrupted: [], orphans: [] });
  expect(wreckText("mine", wreck)).toContain("nothing to recover");
});

test("operations that left nothing in the cloud are told as well", async () => {
  const gone = [operation(server, "turn-01", { name: "turn-01", metadata: { estate: "estate" } })];
  expect(wreckText("mine", (await look(gone)).wreck)).toContain("Nothing of them is in the cloud");
});
