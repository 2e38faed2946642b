import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageSpec } from "../../../local/engine/openstack/typings/package.ts";
import { project } from "../../../local/place.ts";

type Entries = Record<string, { token: string; properties?: Record<string, { name?: string; list?: boolean }> }>;
const provider = join(project, "local/engine/openstack/provider");
const read = <T>(name: string) => JSON.parse(readFileSync(join(provider, name), "utf8")) as T;
const table = read<{ resources: Entries; dataSources: Entries }>("table.json");
const sdk = packageSpec(join(project, "node_modules/@pulumi/openstack"));

test("schema.json is what the installed npm package says", () => {
  expect(read("schema.json"), "run node local/engine/openstack/typings/main.ts").toEqual(
    JSON.parse(JSON.stringify(sdk)),
  );
});

test("every resource and data source of the SDK has one Terraform type, and the other way round", () => {
  const tokens = (entries: Entries) => Object.values(entries).map(({ token }) => token);
  expect(tokens(table.resources).sort()).toEqual(Object.keys(sdk.resources).sort());
  expect(tokens(table.dataSources).sort()).toEqual(Object.keys(sdk.functions).sort());
});

test("the SDK was read whole", () => {
  const modules = new Set(Object.keys({ ...sdk.resources, ...sdk.functions }).map((token) => token.split(/[:/]/)[1]));
  for (const module of [
    "compute",
    "networking",
    "blockstorage",
    "images",
    "dns",
    "loadbalancer",
    "identity",
    "keymanager",
    "objectstorage",
    "sharedfilesystem",
  ])
    expect(modules).toContain(module);
  const code = readFileSync(join(project, "node_modules/@pulumi/openstack/compute/index.d.ts"), "utf8");
  for (const [, name] of code.matchAll(/export type (\w+) = import/g))
    expect(Object.keys(sdk.resources).map((token) => token.split(":")[2])).toContain(name);
});

test.each([
  ["openstack:compute/instance:Instance", "securityGroups", { type: "array", items: { type: "string" } }],
  [
    "openstack:networking/port:Port",
    "fixedIps",
    { type: "array", items: { $ref: "#/types/openstack:networking/PortFixedIp:PortFixedIp" } },
  ],
  [
    "openstack:networking/port:Port",
    "allowedAddressPairs",
    { type: "array", items: { $ref: "#/types/openstack:networking/PortAllowedAddressPair:PortAllowedAddressPair" } },
  ],
  ["openstack:compute/instance:Instance", "adminPass", { type: "string", secret: true }],
])("%s has %s", (token, property, shape) => {
  expect(sdk.resources[token]?.inputProperties[property]).toEqual(shape);
});

test("where the SDK differs from what the bridge would do by itself, the table says so", () => {
  expect(table.resources.openstack_networking_subnet_v2?.properties).toEqual({
    allocation_pool: { name: "allocationPools" },
    allocation_pools: { name: "allocationPoolsCollection" },
  });
  expect(table.resources.openstack_compute_servergroup_v2?.properties).toEqual({ policies: { list: true } });
});

test("the provider takes from the environment what the SDK takes from it", () => {
  expect(sdk.provider.inputProperties.cloud?.defaultInfo?.environment).toEqual(["OS_CLOUD"]);
  expect(sdk.provider.inputProperties.authUrl).toEqual({ type: "string" });
  expect(sdk.provider.inputProperties.password?.secret).toBe(true);
});
