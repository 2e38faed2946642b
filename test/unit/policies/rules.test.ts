import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { helloDeployment } from "../../../apps/hello/manifests.ts";
import { policyFlags } from "../../../cli/preview/policies.ts";
import { project } from "../../../local/place.ts";
import { opensToWorld, unsafeServers } from "../../../policies/judgements.ts";
import { noSshFromWorld, worldOnlyByCatalogue } from "../../../policies/rules/exposure.ts";
import { imagesByDigest } from "../../../policies/rules/images.ts";
import { policies } from "../../../policies/rules.ts";
import { versions } from "../../../stacks/versions.ts";
import { judge, types } from "./judge.ts";

const rule = types.rule;
const world = { direction: "ingress", protocol: "tcp", remoteIpPrefix: "0.0.0.0/0" };

describe("who is anyone", () => {
  it.each([
    [world, true],
    [{ direction: "ingress", remoteIpPrefix: "::/0" }, true],
    [{ direction: "ingress" }, true],
    // halves of the internet, and what is wider than anybody has
    [{ direction: "ingress", remoteIpPrefix: "0.0.0.0/1" }, true],
    [{ direction: "ingress", remoteIpPrefix: "128.0.0.0/1" }, true],
    [{ direction: "ingress", remoteIpPrefix: "10.0.0.0/7" }, true],
    [{ direction: "ingress", remoteIpPrefix: "2000::/3" }, true],
    [{ direction: "ingress", remoteIpPrefix: "2a00::/12" }, true],
    [{ direction: "ingress", remoteIpPrefix: "10.0.0.0/8" }, false],
    [{ direction: "ingress", remoteIpPrefix: "2001:db8::/32" }, false],
    [{ direction: "ingress", remoteIpPrefix: "fd00::/16" }, false],
    [{ direction: "ingress", remoteIpPrefix: "203.0.113.7" }, false],
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
    expect(await judge(noSshFromWorld, { type: rule, props })).toHaveLength(count);
  });
});

describe("world-only-by-catalogue", () => {
  it("takes what the catalogue has, on whatever group: that is the next rule's", async () => {
    expect(
      await judge(worldOnlyByCatalogue, { type: rule, props: { ...world, portRangeMin: 443, portRangeMax: 443 } }),
    ).toEqual([]);
  });

  it("refuses what it has not, and says where it would belong", async () => {
    const found = await judge(worldOnlyByCatalogue, {
      type: rule,
      props: { ...world, portRangeMin: 5432, portRangeMax: 5432 },
    });
    expect(found).toEqual([
      "opens tcp 5432-5432 to the internet; the catalogue (stacks/ports.ts) does not: open it there, or name who may reach it",
    ]);
  });
});

describe("images-by-digest", () => {
  const type = "kubernetes:apps/v1:Deployment";

  it("takes our own workload", async () => {
    expect(await judge(imagesByDigest, { type, props: helloDeployment({ image: versions.hello }) })).toEqual([]);
  });

  it("refuses a tag", async () => {
    expect(await judge(imagesByDigest, { type, props: helloDeployment({ image: "nginx:1.29" }) })).toHaveLength(1);
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
  const judged = (...resources: any[]) => unsafeServers(resources).map(({ missing }) => missing.split(":")[0]);

  it("takes a server with both, that is deleted first", () => {
    const opts = { deleteBeforeReplace: true };
    expect(judged({ ...server, opts }, gate("bbb-01-drain", { delete: "x" }), gate("bbb-01-ready", {}))).toEqual([]);
  });

  it("names what is missing", () => {
    expect(judged({ ...server, opts: {} })).toEqual([
      "has no gate that drains it",
      "has no gate that waits for it",
      "is made anew while the old one still has its port",
    ]);
  });
});

it("every rule of the pack is mandatory but for one that production alone needs, says what it is for, and takes exceptions", () => {
  for (const one of policies)
    expect(one).toMatchObject({ description: expect.any(String), configSchema: { properties: { allow: {} } } });
  const advises = policies.filter(({ enforcementLevel }) => enforcementLevel !== "mandatory").map(({ name }) => name);
  expect(advises).toEqual(["data-protected"]);
});

it("the configuration of a production estate, that is shipped, has every rule mandatory, and excepts nothing", () => {
  const text = readFileSync(join(project, "policies/production.config.json"), "utf8");
  const config = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const levels = policies.map(({ name, enforcementLevel }) => config[name] ?? enforcementLevel);
  expect(new Set(levels)).toEqual(new Set(["mandatory"]));
  const names = policies.map(({ name }) => name);
  expect(Object.keys(config).filter((name) => !names.includes(name))).toEqual([]);
  // as `estate preview` and `estate up` find it, for a stack of that name
  expect(policyFlags("production")).toContain("policies/production.config.json");
});
