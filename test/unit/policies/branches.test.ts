/** What each rule takes and what it tells, where that is more than one case. */
import { describe, expect, it } from "vitest";
import { dataNotDeletedFirst, dataProtected } from "../../../policies/rules/data.ts";
import { portsAreGuarded } from "../../../policies/rules/exposure.ts";
import { oddServers, serversFollowImage } from "../../../policies/rules/hosts.ts";
import { hostsByImageId, imagesByDigest, noLatest } from "../../../policies/rules/images.ts";
import { podsHaveNetworkPolicy } from "../../../policies/rules/workloads.ts";
import { judge, types, workload } from "./judge.ts";

const digest = `@sha256:${"ab".repeat(32)}`;

describe("no-latest", () => {
  it.each([
    ["latest", "nginx:latest", 1],
    ["latest with a digest", `nginx:latest${digest}`, 1],
    ["neither tag nor digest", "nginx", 1],
    ["neither, of a registry with a port", "registry.example.org:5000/nginx", 1],
    ["latest of a registry with a port", "registry.example.org:5000/nginx:latest", 1],
    ["a tag", "nginx:1.29", 0],
    ["a tag of a registry with a port", "registry.example.org:5000/nginx:1.29", 0],
    ["a digest alone", `registry.example.org:5000/nginx${digest}`, 0],
    ["no image at all", undefined, 0],
  ])("%s (%s): %i", async (_, image, count) => {
    expect(await judge(noLatest, workload({ image }))).toHaveLength(count);
  });

  it("is for objects of Kubernetes, with each container that prepares or debugs", async () => {
    const containers = { containers: [{ image: "a" }], initContainers: [{ image: "b" }] };
    const props = { spec: { ...containers, ephemeralContainers: [{ image: "c" }] } };
    expect(await judge(noLatest, { type: "kubernetes:core/v1:Pod", props })).toHaveLength(3);
    expect(await judge(noLatest, { type: types.server, props })).toEqual([]);
    expect(await judge(imagesByDigest, { type: types.server, props })).toEqual([]);
  });
});

describe("hosts-by-image-id", () => {
  it.each([
    ["a name", types.server, { imageName: "flatcar" }, 1],
    ["both", types.server, { imageName: "flatcar", imageId: "i1" }, 1],
    ["an id", types.server, { imageId: "i1" }, 0],
    ["another resource", types.volume, { imageName: "flatcar" }, 0],
  ])("%s: %s %o: %i", async (_, type, props, count) => {
    expect(await judge(hostsByImageId, { type, props })).toHaveLength(count);
  });
});

describe("servers-follow-image", () => {
  it.each([
    ["everything", ["*"], 1],
    ["the image", ["imageId"], 1],
    ["the image by its name, and the flavor", ["imageName", "flavorName", "flavorId"], 3],
    ["its configuration", ["userData"], 1],
    ["its metadata", ["metadata"], 0],
    ["nothing", [], 0],
    ["nothing, by saying nothing", undefined, 0],
  ])("a server that ignores %s: %o: %i", async (_, ignoreChanges, count) => {
    expect(await judge(serversFollowImage, { type: types.server, opts: { ignoreChanges } })).toHaveLength(count);
    expect(await judge(serversFollowImage, { type: types.volume, opts: { ignoreChanges } })).toEqual([]);
  });
});

describe("odd-servers", () => {
  const servers = (count: number, role = "orchestrator") =>
    Array.from({ length: count }, (_, at) => ({
      ...{ type: types.server, name: `${role}-${at}`, props: { metadata: { role } } },
    }));
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 1],
  ])("%i servers: %i", async (count, told) => {
    expect(await judge(oddServers, [...servers(count), ...servers(2, "bbb")])).toHaveLength(told);
  });

  it("names them in order, and is allowed by the number", async () => {
    const two = servers(2).toReversed();
    expect((await judge(oddServers, two))[0]).toContain("has 2 servers (orchestrator-0, orchestrator-1)");
    expect(await judge(oddServers, two, { allow: ["2"] })).toEqual([]);
    expect(await judge(oddServers, servers(4), { allow: ["2"] })).toHaveLength(1);
  });
});

const keepers = [
  ["a volume", types.volume, {}],
  ["a database", "openstack:database/instance:Instance", {}],
  ["a share", "openstack:sharedfilesystem/share:Share", {}],
  ["a container of objects", "openstack:objectstorage/container:Container", {}],
  ["a claim for a volume that is made for it", types.claim, { spec: {} }],
  ["a claim that says nothing", types.claim, {}],
] as const;
const others = [
  ["a claim on a volume of a host", types.claim, { spec: { volumeName: "recordings" } }],
  ["a server", types.server, {}],
  ["a workload", types.deployment, { spec: {} }],
] as const;

describe("data-protected", () => {
  it.each(keepers)("%s", async (_, type, props) => {
    expect(await judge(dataProtected, { type, props })).toHaveLength(1);
    expect(await judge(dataProtected, { type, props, opts: { protect: true } })).toEqual([]);
    expect(await judge(dataProtected, { type, props, name: "scratch-1" }, { allow: ["scratch-*"] })).toEqual([]);
  });

  it.each(others)("not %s", async (_, type, props) => {
    expect(await judge(dataProtected, { type, props })).toEqual([]);
  });
});

describe("data-not-deleted-first", () => {
  const opts = { deleteBeforeReplace: true };
  it.each(keepers)("%s, if it is OpenStack's", async (_, type, props) => {
    const count = type.startsWith("openstack:") ? 1 : 0;
    expect(await judge(dataNotDeletedFirst, { type, props, opts })).toHaveLength(count);
    expect(await judge(dataNotDeletedFirst, { type, props })).toEqual([]);
  });

  it.each(others)("not %s", async (_, type, props) => {
    expect(await judge(dataNotDeletedFirst, { type, props, opts })).toEqual([]);
  });
});

describe("exceptions", () => {
  const told = async (name: string, config = {}) => judge(podsHaveNetworkPolicy, workload({}, name), config);

  const bare = { type: types.port, props: { noSecurityGroups: true } };

  it("are those that a rule has by itself, until a stack gives its own", async () => {
    expect(await judge(portsAreGuarded, { ...bare, name: "api-port" })).toEqual([]);
    expect(await judge(portsAreGuarded, { ...bare, name: "api-port" }, { allow: [] })).toHaveLength(1);
    expect(await told("hello")).toHaveLength(1);
    expect(await told("web")).toHaveLength(1);
    expect(await told("web", { allow: ["estate/w*"] })).toEqual([]);
    expect(await told("web", { allow: ["estate/w", "web", "other/web"] })).toHaveLength(1);
  });

  it("are the default of its configuration too, which the engine shows", () => {
    expect(portsAreGuarded.configSchema?.properties.allow?.default).toEqual(["api-port"]);
    expect(podsHaveNetworkPolicy.configSchema?.properties.allow?.default).toEqual([]);
    expect(dataProtected.configSchema?.properties.allow?.default).toEqual([]);
  });
});
