import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { helloDeployment } from "../../../apps/hello/manifests.ts";
import { opensToWorld, unsafeServers } from "../../../policies/judgements.ts";
import { noSshFromWorld, worldOnlyByCatalogue } from "../../../policies/rules/exposure.ts";
import { imagesByDigest } from "../../../policies/rules/images.ts";
import { policies } from "../../../policies/rules.ts";
import { versions } from "../../../stacks/versions.ts";

/** What a rule says of a resource. */
async function judge(rule: ResourceValidationPolicy, type: string, props: Record<string, unknown>): Promise<string[]> {
  const found: string[] = [];
  const resource = { type, name: "it", urn: `urn:pulumi:test::estate::${type}::it`, props, opts: {} };
  const args = { ...resource, getConfig: () => ({}) } as unknown as ResourceValidationArgs;
  for (const check of [rule.validateResource ?? []].flat())
    await check(args, (message: string) => void found.push(message));
  return found;
}

const rule = "openstack:networking/secGroupRule:SecGroupRule";
const world = { direction: "ingress", protocol: "tcp", remoteIpPrefix: "0.0.0.0/0" };

describe("who is anyone", () => {
  it.each([
    [world, true],
    [{ direction: "ingress", remoteIpPrefix: "::/0" }, true],
    [{ direction: "ingress" }, true],
    [{ direction: "ingress", remoteGroupId: "g" }, false],
    [{ direction: "ingress", remoteIpPrefix: "203.0.113.0/24" }, false],
    [{ direction: "egress", remoteIpPrefix: "0.0.0.0/0" }, false],
  ])("%o: %s", (props, expected) => expect(opensToWorld(props)).toBe(expected));
});

describe("no-ssh-from-world", () => {
  it.each([
    ["exactly", { ...world, portRangeMin: 22, portRangeMax: 22 }, 1],
    ["in a range", { ...world, portRangeMin: 1, portRangeMax: 1024 }, 1],
    ["with every port", { ...world }, 1],
    ["not beside it", { ...world, portRangeMin: 80, portRangeMax: 80 }, 0],
    ["not for administrators", { ...world, portRangeMin: 22, portRangeMax: 22, remoteIpPrefix: "203.0.113.0/24" }, 0],
  ])("finds it %s", async (_, props, count) => {
    expect(await judge(noSshFromWorld, rule, props)).toHaveLength(count);
  });
});

describe("world-only-by-catalogue", () => {
  it("takes what the catalogue has", async () => {
    expect(await judge(worldOnlyByCatalogue, rule, { ...world, portRangeMin: 443, portRangeMax: 443 })).toEqual([]);
  });

  it("refuses what it has not, and says where it would belong", async () => {
    const found = await judge(worldOnlyByCatalogue, rule, { ...world, portRangeMin: 5432, portRangeMax: 5432 });
    expect(found).toEqual([
      "opens tcp 5432-5432 to the internet; the catalogue (stacks/ports.ts) does not: open it there, or name who may reach it",
    ]);
  });
});

describe("images-by-digest", () => {
  const type = "kubernetes:apps/v1:Deployment";

  it("takes our own workload", async () => {
    expect(await judge(imagesByDigest, type, helloDeployment({ image: versions.hello }))).toEqual([]);
  });

  it("refuses a tag", async () => {
    expect(await judge(imagesByDigest, type, helloDeployment({ image: "nginx:1.29" }))).toHaveLength(1);
  });
});

describe("servers-have-gates", () => {
  const urn = "urn:server";
  const server = {
    urn,
    name: "bbb-01",
    type: "openstack:compute/instance:Instance",
    props: {},
    propertyDependencies: {},
  };
  const gate = (name: string, props: object) => ({
    ...{ urn: `urn:${name}`, name, type: "command:local:Command", props, opts: {} },
    propertyDependencies: { triggers: [{ urn }] },
  });
  // biome-ignore lint/suspicious/noExplicitAny: only what the rule reads
  const judged = (...resources: any[]) => unsafeServers(resources).map(({ missing }) => missing.split(" (")[0]);

  it("takes a server with both, that is deleted first", () => {
    const opts = { deleteBeforeReplace: true };
    expect(judged({ ...server, opts }, gate("bbb-01-drain", { delete: "x" }), gate("bbb-01-ready", {}))).toEqual([]);
  });

  it("names what is missing", () => {
    expect(judged({ ...server, opts: {} })).toEqual([
      "has no gate that drains it",
      "has no gate that waits for it",
      "is not deleted before it is replaced: its port would be taken",
    ]);
  });
});

it("every rule of the pack is mandatory but for one that production alone needs, says what it is for, and takes exceptions", () => {
  for (const one of policies)
    expect(one).toMatchObject({ description: expect.any(String), configSchema: { properties: { allow: {} } } });
  const advises = policies.filter(({ enforcementLevel }) => enforcementLevel !== "mandatory").map(({ name }) => name);
  expect(advises).toEqual(["data-protected"]);
});
