/** What the program registers keeps to the policy pack, for each document that is shipped, and with every application: in a preview of an estate that is there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { project } from "../../local/place.ts";
import { policies } from "../../policies/rules.ts";
import { behindVip } from "../unit/stacks/fixtures.ts";
import { everyApplication, secretsOf } from "./every-application.ts";
import { graph, readyUrn, serverUrn } from "./program.ts";
import { clear, type Registered } from "./record.ts";

// biome-ignore lint/suspicious/noExplicitAny: a document, as plain data that a test may change
type Document = any;

const read = (file: string) => parse(readFileSync(join(project, file), "utf8"));
const example = read("Pulumi.example.yaml").config["estate:estate"];
const shipped: readonly (readonly [string, (document: Document) => void])[] = [
  ["the local one", () => undefined],
  ["Pulumi.example.yaml", (document) => become(document, example)],
  ["stacks/example-provider.yaml", (document) => become(document, read("stacks/example-provider.yaml"))],
  ["one with every application", protectedToo(everyApplication)],
  [
    "the local one, with a load balancer before the API",
    (document) => Object.assign(document.orchestrator, { api: { front: "loadBalancer" } }),
  ],
  ["the local one, with a VIP before the API", behindVip],
];

/** Of a document with data: else each of its volumes is told. */
function protectedToo(change: (document: Document) => void) {
  return (document: Document) => {
    change(document);
    document.removal = { protect: true };
  };
}

function become(document: Document, other: Document): void {
  for (const key of Object.keys(document)) delete document[key];
  Object.assign(document, structuredClone(other));
}

/** The resources as an analyzer has them: secrets in clear. */
async function judgedResources(change: (document: Document) => void): Promise<PolicyResource[]> {
  const inputs = new Map<string, Readonly<Record<string, unknown>>>();
  const nodes = await graph({
    change,
    appSecrets: secretsOf(change),
    provider: (type, name, seen) => inputs.set(`${type}::${name}`, clear(seen)),
    state: allHosts.flatMap((host) => [serverUrn(host), readyUrn(host)]),
  });
  return linked(nodes, inputs);
}

/** Every host of these documents: each is in the state, so that hosts wait for each other. */
const allHosts = [
  ...["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "turn-01", "turn-02"],
  ...["worker-01", "worker-02", "worker-03", "recordings-01"],
];

function linked(nodes: readonly Registered[], inputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>) {
  const keyOf = ({ type, name }: Pick<Registered, "type" | "name">) => `${type}::${name}`;
  const all = new Map(
    nodes.map((node) => {
      const urn = keyOf(node);
      const { type, name, deleteBeforeReplace, ignoreChanges, protect = false } = node;
      const opts = { protect, ignoreChanges, deleteBeforeReplace };
      const props = inputs.get(urn) ?? node.inputs;
      return [urn, { type, name, urn, opts, props, dependencies: [], propertyDependencies: {} } as Document];
    }),
  );
  const found = (urns: readonly string[]) => urns.flatMap((urn) => all.get(urn) ?? []);
  for (const node of nodes) {
    const one = all.get(keyOf(node));
    one.dependencies = found(node.dependsOn);
    one.propertyDependencies = Object.fromEntries(Object.entries(node.from).map(([key, urns]) => [key, found(urns)]));
  }
  return [...all.values()] as PolicyResource[];
}

async function judge(resources: readonly PolicyResource[]): Promise<string[]> {
  const found: string[] = [];
  for (const policy of policies) {
    const told = (message: string) => void found.push(`${policy.name}: ${message}`);
    const getConfig = () => ({});
    if ("validateStack" in policy)
      await policy.validateStack({ resources, getConfig } as unknown as StackValidationArgs, told);
    else
      for (const resource of resources)
        for (const check of [policy.validateResource ?? []].flat())
          await check({ ...resource, getConfig } as unknown as ResourceValidationArgs, told);
  }
  return found.sort();
}

it.each(shipped)(
  "%s keeps to every rule of the pack",
  async (_, change) => {
    const resources = await judgedResources(change);
    // what the rules look at is there: user data in clear, gates that wait for each other, pods
    const second = resources.find(({ type, name }) => type.endsWith(":Instance") && name === "bbb-02");
    expect(second?.props.userData).toContain("K10");
    expect(second?.dependencies.map(({ name }) => name)).toContain("bbb-01-ready");
    expect(resources.filter(({ type }) => type === "kubernetes:apps/v1:Deployment").length).toBeGreaterThan(0);
    expect(await judge(resources)).toEqual([]);
  },
  60_000,
);

it("data volumes are told until the document protects them", async () => {
  const withVolumes = (document: Document) => {
    document.roles.bbb.volumes = { recordings: { sizeGiB: 10, path: "/var/lib/recordings" } };
  };
  const told = await judge(await judgedResources(withVolumes));
  expect(told.map((one) => one.split(",")[0])).toEqual([
    "data-protected: bbb-01-recordings holds data",
    "data-protected: bbb-02-recordings holds data",
  ]);
  expect(await judge(await judgedResources(protectedToo(withVolumes)))).toEqual([]);
});

it("a key of an authority in user data is told with its file, and never with what is in it", async () => {
  const resources = await judgedResources(() => undefined);
  const [server] = resources.filter(({ type }) => type.endsWith(":Instance"));
  const config = JSON.parse(server?.props.userData);
  const key = "-----BEGIN EC PRIVATE KEY-----\nabcdefgh\n";
  config.storage.files.push({ path: "/etc/ca.key", contents: { source: `data:,${encodeURIComponent(key)}` } });
  if (server) server.props = { ...server.props, userData: JSON.stringify(config) };
  const [told, ...more] = await judge(resources);
  expect(more).toEqual([]);
  expect(told).toContain("no-secrets-in-user-data: /etc/ca.key in the user data holds a private key");
  expect(told).not.toContain("abcdefgh");
});
