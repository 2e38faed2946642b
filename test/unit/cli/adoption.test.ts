import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { adoptable, withAdopted } from "../../../cli/adoption.ts";
import type { Checkpoint, Orphan } from "../../../cli/interrupted.ts";

const secret = "4dabf18193072939515e22adb298388d";
const type = "openstack:compute/instance:Instance";
const urn = "urn:pulumi:mine::estate::host::bbb-01";
const inputs = {
  __defaults: ["powerState"],
  name: "bbb-01",
  networks: [{ __defaults: [], port: "p1" }],
  userData: { [secret]: "1b47061264138c4ac30d75fd1eb44270", plaintext: '"ignition"' },
};
const asked = { type: "creating", resource: { urn, type, inputs, parent: "pool" } };
const orphan = (id: string, status: string): Orphan => {
  return { urn, id, status, path: `compute/servers/${id}`, what: "", certain: true, remove: async () => undefined };
};
const state = (...resources: NonNullable<Checkpoint["deployment"]["resources"]>): Checkpoint => {
  return { deployment: { resources, pending_operations: [asked] } };
};

test("a server that runs is taken in; one that failed, is still being made, or is one of two is not", () => {
  expect(adoptable(state(), [orphan("s1", "ACTIVE")])).toEqual([expect.objectContaining({ id: "s1" })]);
  expect(adoptable(state(), [orphan("s1", "ERROR")])).toEqual([]);
  expect(adoptable(state(), [orphan("s1", "BUILD")])).toEqual([]);
  expect(adoptable(state(), [orphan("s1", "ACTIVE"), orphan("s2", "ACTIVE")])).toEqual([]);
});

test("a server whose predecessor lives on in the state is not taken in; one whose predecessor is gone is", () => {
  const found = [orphan("s1", "ACTIVE")];
  expect(adoptable(state({ urn, type, id: "s0" }), found)).toEqual([]);
  expect(adoptable(state({ urn, type, id: "s0", pendingReplacement: true }), found)).toHaveLength(1);
});

test("it stands in the state as the provider would have written it: its hash in place of its user data, which stays secret", () => {
  const { deployment } = withAdopted(state({ urn: "pool", type: "pool" }), [orphan("s1", "ACTIVE")]);
  const hash = createHash("sha1").update("ignition").digest("hex");
  expect(deployment).toEqual({
    resources: [
      { urn: "pool", type: "pool" },
      {
        ...asked.resource,
        id: "s1",
        outputs: {
          name: "bbb-01",
          networks: [{ port: "p1" }],
          userData: { [secret]: "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(hash) },
        },
      },
    ],
  });
});

test("it takes the place of the one it replaces, before what depends on that", () => {
  const gate = { urn: "gate", type: "gate", dependencies: [urn] };
  const before = state({ urn, type, id: "s0", pendingReplacement: true }, gate);
  const { resources } = withAdopted(before, [orphan("s1", "ACTIVE")]).deployment;
  expect(resources?.map(({ urn, id }) => [urn, id])).toEqual([
    [urn, "s1"],
    ["gate", undefined],
  ]);
});

test("a state whose secrets are not in clear is refused: another hash would have the host replaced", () => {
  const encrypted = { ...asked.resource, inputs: { ...inputs, userData: { [secret]: "", ciphertext: "v1:" } } };
  const pending = { deployment: { pending_operations: [{ ...asked, resource: encrypted }] } };
  expect(() => withAdopted(pending, [orphan("s1", "ACTIVE")])).toThrow(SyntaxError);
});
