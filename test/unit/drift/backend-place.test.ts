/** Where the state is, and whether that is inside of the estate which it describes. */
import { describe, expect, test } from "vitest";
import { resolveHere } from "../../../cli/drift/addresses.ts";
import { backendHost } from "../../../cli/drift/backend-host.ts";
import { type Inside, whyInside } from "../../../cli/drift/backend-place.ts";
import { heldBy } from "../../../cli/drift/held.ts";
import type { Checkpoint } from "../../../cli/interrupted.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { plainDocument } from "../stacks/fixtures.ts";

describe("the server that keeps the state", () => {
  test.each([
    ["postgres://estate:p%40ss@DB.example.org./estate?sslmode=verify-full", "db.example.org 5432"],
    ["postgresql://estate@192.0.2.7:6432/estate", "192.0.2.7 6432"],
    ["s3://bucket?endpoint=https://object.example.org&region=RegionOne", "object.example.org 443"],
    ["s3://bucket?endpoint=http://object.example.org:8080", "object.example.org 8080"],
    ["s3://bucket?endpoint=object.example.org:9000", "object.example.org 9000"],
    ["s3://bucket?region=eu-central-1", "s3.eu-central-1.amazonaws.com 443"],
    ["https://pulumi.example.org", "pulumi.example.org 443"],
    ["gs://bucket", "storage.googleapis.com 443"],
  ])("%s", (url, expected) => {
    const { host, port } = backendHost(url) ?? {};
    expect(`${host} ${port}`).toBe(expected);
  });

  test("of S3 it may be in the environment", () => {
    const all = { AWS_ENDPOINT_URL_S3: "https://one.example.org", AWS_ENDPOINT_URL: "https://two.example.org" };
    expect(backendHost("s3://bucket", all)?.host).toBe("one.example.org");
    expect(backendHost("s3://bucket", { AWS_ENDPOINT_URL: all.AWS_ENDPOINT_URL })?.host).toBe("two.example.org");
    expect(backendHost("s3://bucket?endpoint=three.example.org", all)?.host).toBe("three.example.org");
  });

  test.each(["file:///srv/state", "file://~", "azblob://container", "", "no address"])("'%s' names none", (url) => {
    expect(backendHost(url)).toBeUndefined();
  });
});

const resource = (type: string, outputs: object) => ({ urn: `urn:pulumi:prod::estate::${type}::x`, type, outputs });
const state = {
  deployment: {
    resources: [
      resource("openstack:networking/port:Port", { allFixedIps: ["10.20.0.5", "fd00::5"] }),
      resource("openstack:networking/floatingIp:FloatingIp", { address: "203.0.113.5" }),
      resource("openstack:loadbalancer/loadBalancer:LoadBalancer", { vipAddress: "10.20.0.9" }),
      resource("kubernetes:core/v1:Service", { address: "198.51.100.1" }),
    ],
  },
} as unknown as Checkpoint;
const { zone, orchestrator } = deriveFacts(parseEstate(plainDocument(), "plain"));
const inside: Inside = { facts: { zone, orchestrator }, addresses: heldBy(state).addresses };
const names: Readonly<Record<string, readonly string[]>> = {
  ...{ "db.example.org": ["192.0.2.7"], "hidden.example.org": ["192.0.2.8", "203.0.113.5"] },
  "balanced.example.org": ["10.20.0.9"],
};
const why = (host: string) =>
  whyInside(`postgres://estate:unique-word@${host}/estate`, inside, async (name) => names[name] ?? [name]);

test.each([
  ["db.estate.svc", "is a name of the orchestrator's services"],
  ["db.estate.svc.cluster.local", "is a name of the orchestrator's services"],
  ["10.43.7.7", "is a service of the orchestrator (10.43.7.7)"],
  ["10.42.1.9:6432", "is a pod of the orchestrator (10.42.1.9)"],
  ["10.20.0.5", "is a host of the estate (10.20.0.5)"],
  ["hidden.example.org", "is a host of the estate (203.0.113.5)"],
  ["balanced.example.org", "is a host of the estate (10.20.0.9)"],
  [zone, `is in the estate's zone ${zone}`],
  [`db.internal.${zone}`, `is in the estate's zone ${zone}`],
])("%s is inside", async (host, expected) => {
  const told = await why(host);
  expect(told).toContain(`${host.split(":")[0]} ${expected}.`);
  expect(told).not.toContain("unique-word");
});

test.each(["db.example.org", `not${zone}`, "svc.example.org", "192.0.2.7", "10.20.0.6", "198.51.100.1"])(
  "%s is not",
  async (host) => expect(await why(host)).toBeUndefined(),
);

test("a folder is nowhere that could go down with the estate's hosts", async () => {
  expect(await whyInside("file:///srv/state", inside)).toBeUndefined();
});

test("an address is its own; of a name that nobody knows none is found", async () => {
  expect(await resolveHere("192.0.2.7")).toEqual(["192.0.2.7"]);
  expect(await resolveHere("localhost")).toContain("127.0.0.1");
  expect(await resolveHere("no.such.name.invalid")).toEqual([]);
}, 20_000);
