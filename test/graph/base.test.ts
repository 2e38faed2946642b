/** The estate in two stacks is the estate in one: each resource is in one of them, and servers are made of the same. */
import type * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { digestOf } from "../../stacks/digest.ts";
import { deriveFacts } from "../../stacks/facts.ts";
import type { PublishedFacts } from "../../stacks/published.ts";
import type { PublishedBase } from "../../stacks/publishedBase.ts";
import { authorityKeyNames, type SecretName } from "../../stacks/secrets.ts";
import { estate, plainDocument } from "../unit/stacks/fixtures.ts";
import { graph, secrets } from "./program.ts";
import { bare, type Registered, record } from "./record.ts";

/** What the state of the servers' stack holds. */
const exported = vi.hoisted(() => ({ resources: {} }));
vi.mock("../../stacks/exported.ts", async () => {
  const { recordedOf } = await import("../../components/recorded.ts");
  return { readExported: async () => recordedOf(exported.resources) };
});

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
const change = ({ roles, network, orchestrator }: any) => {
  network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
  orchestrator.registries = { "registry.example.org": { user: "robot" } };
  roles.bbb.volumes = { recordings: { sizeGiB: 100, path: "/var/lib/recordings" } };
};
const passwords = { "registryPassword.registry.example.org": "unique-password" };
const server = "openstack:compute/instance:Instance";
const nameOf = ({ type, name }: Registered) => `${type}::${name}`;
const ofStack = (name: string) => !/^pulumi:(providers:|pulumi:)/.test(name);

/** What the provider is given of each server, secrets in clear, by name. */
type Servers = Record<string, unknown>;
const collect =
  (into: Servers) =>
  (type: string, name: string, inputs: Readonly<Record<string, unknown>>): void => {
    if (type === server) into[name] = bare(inputs);
  };
/** Everything that every provider is given. */
let given: unknown[] = [];

/** The stack of the servers, on a base. */
function upper(base: PublishedBase | undefined, servers: Servers = {}, edit = change): Promise<Registered[]> {
  // it has the keys as well: were they read, they would be found
  const all = { ...secrets, ...passwords };
  const own = Object.fromEntries(Object.entries(all).map(([name, value]) => [`estate:${name}`, value]));
  const document = plainDocument();
  edit(document);
  vi.resetModules();
  const program = async () => {
    const { default: outputs } = await import("../../index.ts");
    if ("facts" in outputs)
      outputs.facts.apply((facts) => {
        said = facts;
      });
  };
  return record(program, {
    config: { "estate:estate": JSON.stringify(document), "estate:base": "prod-base", ...own },
    secrets: Object.keys(own),
    provider: (type, name, inputs) => {
      given.push(inputs);
      collect(servers)(type, name, inputs);
    },
    cloud: { made: (type) => (type.endsWith(":StackReference") ? { outputs: { base } } : {}), found: () => "image-id" },
  });
}

const one: Servers = {};
/** The facts that the stack with the servers says: of one stack, and on a base. */
let saidOfOne: PublishedFacts;
let said: PublishedFacts;
let whole: Registered[];
let ofBase: Registered[];
let published: PublishedBase;

beforeAll(async () => {
  const cloud = { made: () => ({}), found: () => "image-id" };
  const beside = ({ facts }: { readonly facts: pulumi.Output<PublishedFacts> }) => {
    facts.apply((facts) => {
      saidOfOne = facts;
    });
  };
  whole = await graph({ change, appSecrets: passwords, provider: collect(one), cloud, beside });
  const { buildBaseOf } = await import("../../stacks/layers.ts");
  const program = async () => {
    const { outputs } = await buildBaseOf({ of: "prod", estate: estate(change) });
    outputs.base.apply((value) => {
      published = value;
    });
  };
  ofBase = await record(program, { cloud: { made: () => ({}), found: () => "image-id" } });
});

describe("an estate of two stacks", () => {
  it("has each resource in one of them, and together those of one stack", async () => {
    const ofServers = await upper(published);
    const [all, below, above] = [whole, ofBase, ofServers].map((nodes) => nodes.map(nameOf).filter(ofStack).sort());
    // who brings the authorities' keys is another program
    const known = (name: string) => name.replace(/^command:\w+:Command(::orchestrator-authorities)$/, "command$1");
    expect([...(below ?? []), ...(above ?? [])].map(known).sort()).toEqual((all ?? []).map(known).sort());
    expect(below?.filter((name) => /compute|kubernetes|command/.test(name) && !name.includes("HostImage"))).toEqual([]);
    expect(above?.filter((name) => /openstack:(networking|blockstorage|dns|images)/.test(name))).toEqual([]);
  });

  it("says the same facts, with what images are pulled with by reference, and has that beside the servers", async () => {
    const nodes = await upper(published);
    expect(said).toEqual(saidOfOne);
    expect(said.credentials.registry).toEqual({
      secret: "registry-credentials",
      passwords: { "registry.example.org": "estate:registryPassword.registry.example.org" },
    });
    const pulled = nodes.filter(({ inputs }) => inputs.type === "kubernetes.io/dockerconfigjson");
    expect(pulled.map(({ inputs }) => inputs.data)).toEqual(["[secret]"]);
    expect(JSON.stringify([nodes, ofBase, published, said])).not.toContain("unique-password");
  });

  it("gives servers the same port, image, volumes and user data, to the byte", async () => {
    const two: Servers = {};
    await upper(published, two);
    expect(Object.keys(two)).toHaveLength(6);
    // a hash: a difference would print secrets
    expect(Object.entries(two).map(([name, inputs]) => [name, digestOf(inputs)])).toEqual(
      Object.keys(two).map((name) => [name, digestOf(one[name])]),
    );
  });

  it("has no key of an authority in the stack of the servers", async () => {
    given = [];
    const nodes = await upper(published);
    const founder = nodes.find(({ name }) => name === "orchestrator-authorities");
    expect(founder?.type).toBe("command:local:Command");
    expect(founder?.inputs).toMatchObject({ create: "node cli/found.ts", environment: { BASE: "prod-base" } });
    const text = JSON.stringify(given);
    const found = (names: readonly SecretName[]) =>
      names.filter((name) => {
        const value = secrets[name];
        return [JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64")].some((form) =>
          text.includes(form),
        );
      });
    expect(found(authorityKeyNames)).toEqual([]);
    // what the servers need is: so it would be found
    expect(found(["adminKey"])).toEqual(["adminKey"]);
  });
});

describe("the stack of the servers is refused", () => {
  it("without a base", async () => {
    await expect(upper(undefined)).rejects.toThrow(
      "The stack prod-base has not built the base of this one yet: run 'pulumi up --stack prod-base' first.",
    );
  });

  it("on one that lacks what the document has, all of it named", async () => {
    const more = ({ roles, image }: ReturnType<typeof plainDocument> & { roles: never; image: never }) => {
      const { bbb, worker } = roles as unknown as Record<string, { hosts: Record<string, object>; volumes: object }>;
      Object.assign(worker?.hosts ?? {}, { "worker-02": {} });
      Object.assign(bbb ?? {}, {
        volumes: { recordings: { sizeGiB: 100, path: "/r" }, more: { sizeGiB: 1, path: "/m" } },
      });
      Object.assign(image, { name: "newer" });
    };
    await expect(upper(published, {}, more as typeof change)).rejects.toThrow(
      new RegExp(
        [
          "run 'pulumi up --stack prod-base' first. It lacks:",
          "  the volume more of bbb-01",
          "  the volume more of bbb-02",
          "  the host worker-02",
          "  the image newer",
        ].join("\n"),
      ),
    );
  });
});

it("the base is refused where servers stand, and its state does not say on what", async () => {
  const { buildBaseOf } = await import("../../stacks/layers.ts");
  const urn = `urn:pulumi:prod::estate::estate:compute:Host$${server}::bbb-01`;
  exported.resources = { [urn]: { outputs: { networks: [{ port: "port-1" }] } } };
  const refused = record(() => buildBaseOf({ of: "prod", estate: estate(change) })).finally(() => {
    exported.resources = {};
  });
  await expect(refused).rejects.toThrow("The stack prod has servers, and nobody says what of this stack they stand on");
});

it("the base says of the document all that another stack needs, and no more", () => {
  const { hosts } = published;
  expect(Object.keys(hosts).sort()).toEqual(
    deriveFacts(estate(change))
      .pools.flatMap((pool) => pool.hosts.map(({ name }) => name))
      .sort(),
  );
  expect(hosts["bbb-01"]).toMatchObject({
    role: "bbb",
    site: "local",
    volumes: { recordings: "bbb-01-recordings-id" },
  });
});
