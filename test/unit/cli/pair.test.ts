/** An estate of two stacks, as the command line sees it from either. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { heldBy } from "../../../cli/drift/held.ts";
import type { Checkpoint } from "../../../cli/interrupted.ts";
import { joined, readState } from "../../../cli/map/state.ts";
import { otherStack } from "../../../cli/pair.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-pair-"));
  await writeFile(join(folder, "Pulumi.prod.yaml"), "config: { estate:base: prod-base }\n");
  await writeFile(join(folder, "Pulumi.prod-base.yaml"), "config: { estate:baseOf: prod }\n");
  await writeFile(join(folder, "Pulumi.whole.yaml"), "config: {}\n");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("each names the other, and what that one has; an estate that is one stack has no other", async () => {
  expect(await otherStack("prod", folder)).toEqual({ name: "prod-base", has: "base" });
  expect(await otherStack("prod-base", folder)).toEqual({ name: "prod", has: "servers" });
  expect(await otherStack("whole", folder)).toBeUndefined();
  expect(await otherStack("none", folder)).toBeUndefined();
});

const holding = (type: string, id: string, stack: string) => ({
  deployment: {
    resources: [{ urn: `urn:pulumi:${stack}::estate::${type}::${id}`, type, id, inputs: {}, outputs: { name: id } }],
  },
});
const servers = holding("openstack:compute/instance:Instance", "server-1", "prod");
const base = holding("openstack:networking/secGroup:SecGroup", "group-1", "prod-base");

it("a check of the servers looks into the groups of their base too", () => {
  const [state, below] = [servers, base] as unknown as readonly Checkpoint[] as [Checkpoint, Checkpoint];
  expect(heldBy(state, [below]).own.groups).toEqual(new Set());
  expect(heldBy(state, [below], below).own.groups).toEqual(new Set(["group-1"]));
  expect(heldBy(state, [below], below).own.servers).toEqual(new Set(["server-1"]));
});

it("a map is drawn of both states, and has the name of the one that was asked for", () => {
  const one = joined([readState("prod", servers), readState("prod-base", base)]);
  expect([one.stack, ...one.resources.map(({ name }) => name)]).toEqual(["prod", "server-1", "group-1"]);
});
