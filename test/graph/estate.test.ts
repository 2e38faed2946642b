import { describe, expect, it } from "vitest";
import { hostKeyPair } from "../../stacks/openssh.ts";
import { reached } from "./order.ts";
import { graph, readyUrn, secrets, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const instance = "openstack:compute/instance:Instance";
const gate = "command:local:Command";
const names = (nodes: readonly Registered[]) => nodes.map(({ type, name }) => `${type}::${name}`);

function find(nodes: readonly Registered[], type: string, name: string): Registered {
  const found = nodes.find((node) => node.type === type && node.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
}

/** The gates that a host's server waits for. */
function waits(nodes: readonly Registered[], host: string): string[] {
  return find(nodes, instance, host)
    .dependsOn.filter((name) => name.endsWith("-ready"))
    .map((name) => name.split("::")[1] ?? "");
}

const hosts = ["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "worker-01"];
const empty = await graph();
const everything = [...hosts.map(serverUrn), ...hosts.map(readyUrn)];
const built = await graph({ state: everything });

describe("the first estate", () => {
  it("is what it was", () => {
    const text = empty.map(({ inputs, onError: _, ...rest }) => ({ ...rest, inputs: withoutChance(inputs) }));
    return expect(`${JSON.stringify(text, undefined, 1)}\n`).toMatchFileSnapshot("__golden__/estate.json");
  });

  it("has every host with a port, a server and two gates", () => {
    for (const host of hosts) {
      find(empty, "openstack:networking/port:Port", `${host}-port`);
      expect(find(empty, gate, `${host}-drain`).dependsOn).toContain(`${instance}::${host}`);
      expect(find(empty, gate, `${host}-ready`).dependsOn).toContain(`${gate}::${host}-drain`);
    }
  });

  it("has floating IPs for the orchestrator and bbb only", () => {
    const floating = empty
      .filter(({ type }) => type.endsWith(":FloatingIp"))
      .map(({ name }) => name.replace("-floating-ip", ""));
    expect(floating).toEqual(hosts.filter((host) => host !== "worker-01").toSorted());
  });

  it("is the same in a preview as in an update", async () => {
    expect(names(await graph({ preview: true }))).toEqual(names(empty));
  });

  it("is the same again when it is built, but for who waits for whom", () => {
    const plain = (nodes: readonly Registered[]) =>
      nodes.map(({ type, name, inputs }) => ({ type, name, inputs: withoutChance(inputs) }));
    expect(plain(built)).toEqual(plain(empty));
  });

  it("gives every custom resource a component as parent, but for those of the layers themselves", () => {
    const orphans = empty.filter(
      ({ custom, parent }) => custom && (parent === "" || parent.startsWith("pulumi:pulumi:Stack")),
    );
    expect(names(orphans)).toEqual(["kubernetes:core/v1:Namespace::estate", "pulumi:providers:openstack::openstack"]);
  });
});

describe("what is in Designate", () => {
  it("says whose it is, and is made again after what a failed attempt left behind was taken away", () => {
    const nodes = empty.filter(({ type }) => type.startsWith("openstack:dns/"));
    expect(nodes.length).toBeGreaterThan(2 * hosts.length);
    for (const { name, inputs, onError } of nodes) {
      expect(inputs.description, name).toBe("estate estate/test");
      expect(onError, name).toHaveLength(1);
    }
  });
});

describe("servers", () => {
  it("are replaced where the provider would change them in place, deleted first, stopped before", () => {
    for (const host of hosts) {
      const server = find(empty, instance, host);
      expect(server).toMatchObject({
        deleteBeforeReplace: true,
        replaceOnChanges: ["imageId", "imageName", "flavorId", "flavorName"],
        replacementTrigger: 0,
        inputs: {
          stopBeforeDestroy: true,
          configDrive: true,
          powerState: "active",
          userData: "[secret]",
          keyPair: "estate",
        },
      });
      expect(server.inputs.metadata).toEqual({
        estate: "estate",
        role: host.split("-")[0],
        ignition: expect.stringMatching(/^[0-9a-f]{16}$/),
      });
    }
  });

  it("are made from nothing that is deleted before it is replaced (decisions A2)", () => {
    const byName = new Map(empty.map((node) => [`${node.type}::${node.name}`, node]));
    const seen = new Set<string>();
    const visit = (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const from of Object.values(byName.get(name)?.from ?? {}).flat()) visit(from);
    };
    for (const host of hosts) for (const from of Object.values(find(empty, instance, host).from).flat()) visit(from);
    const upstream = [...seen].map((name) => byName.get(name)).filter((node) => node?.custom);
    expect(upstream.length).toBeGreaterThan(hosts.length);
    for (const node of upstream) expect(node?.deleteBeforeReplace, `${node?.type}::${node?.name}`).toBe(false);
    expect([...seen].filter((name) => name.includes("Keypair"))).toEqual([]);
  });
});

describe("gates", () => {
  it("hold the host, its server and the stack, and nothing that may change", () => {
    for (const node of empty.filter(({ type, name }) => type === gate && hosts.some((host) => name.startsWith(host)))) {
      expect(Object.keys(node.inputs.environment as object).sort()).toEqual(["HOST", "SERVER_ID", "STACK"]);
      expect(node.inputs.triggers).toHaveLength(1);
      expect(node.from.triggers).toEqual([expect.stringMatching(/^openstack:compute\/instance:Instance::/)]);
      expect(node.deleteBeforeReplace).toBe(true);
    }
    expect(find(empty, gate, "bbb-01-drain").inputs).toMatchObject({ create: ":", delete: "node cli/gate.ts drain" });
    expect(find(empty, gate, "bbb-01-ready").inputs).toMatchObject({
      create: "node cli/gate.ts ready",
      update: "node cli/gate.ts check",
    });
    expect(find(empty, gate, "bbb-01-ready").inputs.delete).toBeUndefined();
  });

  it("come after the API's names, so that a drain finds the API to the last", () => {
    expect(find(empty, gate, "worker-01-drain").dependsOn).toEqual(
      expect.arrayContaining(["openstack:dns/recordSet:RecordSet::dns-api", `${gate}::orchestrator-01-ready`]),
    );
  });
});

describe("who waits for whom", () => {
  it("nobody, when nothing exists yet", () => {
    for (const host of hosts) expect(waits(empty, host), host).toEqual([]);
  });

  it("each for the one before, and each pool for the pool before, when all exist", () => {
    expect(Object.fromEntries(hosts.map((host) => [host, waits(built, host)]))).toEqual({
      "orchestrator-01": [],
      "orchestrator-02": ["orchestrator-01-ready"],
      "orchestrator-03": ["orchestrator-02-ready"],
      "bbb-01": ["orchestrator-01-ready", "orchestrator-02-ready", "orchestrator-03-ready"],
      "bbb-02": ["bbb-01-ready"],
      "worker-01": ["bbb-01-ready", "bbb-02-ready"],
    });
  });

  it("a new host for nobody, while the others roll", async () => {
    const grown = await graph({
      state: everything,
      change: (document) => {
        document.roles.bbb.hosts["bbb-00"] = {};
        document.roles.bbb.hosts["bbb-03"] = {};
      },
    });
    expect([waits(grown, "bbb-00"), waits(grown, "bbb-03")]).toEqual([[], []]);
    expect(waits(grown, "bbb-02")).toEqual(["bbb-01-ready"]);
    const digest = (nodes: readonly Registered[], host: string) =>
      (find(nodes, instance, host).inputs.metadata as { ignition: string }).ignition;
    for (const host of hosts) expect(digest(grown, host), host).toBe(digest(built, host));
  });

  it("a relay that comes changes the user data of no host, not of bbb and not of the relay that is there (decisions B18)", async () => {
    const digests = async (...turn: readonly string[]) => {
      const nodes = await graph({
        change: ({ roles }) => {
          roles.turn = {
            ...{ flavor: "m1.small", publicAddress: true },
            hosts: Object.fromEntries(turn.map((name) => [name, {}])),
          };
        },
      });
      const servers = nodes.filter(({ type }) => type === instance);
      return Object.fromEntries(
        servers.map(({ name, inputs }) => [name, (inputs.metadata as { ignition: string }).ignition]),
      );
    };
    const { "turn-02": added, ...others } = await digests("turn-01", "turn-02");
    expect(added).toMatch(/^[0-9a-f]{16}$/);
    expect(Object.keys(others).sort()).toEqual([...hosts, "turn-01"].sort());
    expect(others).toEqual(await digests("turn-01"));
    // the first one of all
    const { "turn-01": _, ...before } = others;
    expect(before).toEqual(await digests());
  });

  it("a pool for those before it, when the one between has no hosts, or only new ones", async () => {
    const servers = ["orchestrator-01-ready", "orchestrator-02-ready", "orchestrator-03-ready"];
    const bare = await graph({
      state: everything,
      change: (document) => {
        document.roles.bbb.hosts = {};
      },
    });
    expect(waits(bare, "worker-01")).toEqual(servers);
    const fresh = hosts.filter((host) => !host.startsWith("bbb"));
    const between = await graph({ state: [...fresh.map(serverUrn), ...fresh.map(readyUrn)] });
    expect(waits(between, "bbb-01")).toEqual([]);
    expect(waits(between, "worker-01")).toEqual(["bbb-01-ready", "bbb-02-ready", ...servers]);
  });

  it("new members of etcd one at a time, once there is one", async () => {
    const one = await graph({ state: [serverUrn("orchestrator-01")] });
    expect(waits(one, "orchestrator-02")).toEqual(["orchestrator-01-ready"]);
    expect(waits(one, "orchestrator-03")).toEqual(["orchestrator-02-ready"]);
  });

  it("two at a time, if the document says so", async () => {
    const wide = await graph({
      state: [...everything, serverUrn("bbb-03")],
      change: (document) => {
        document.roles.bbb.rollout.width = 2;
        document.roles.bbb.hosts["bbb-03"] = {};
      },
    });
    expect(waits(wide, "bbb-02")).toHaveLength(3);
    expect(waits(wide, "bbb-03")).toEqual(["bbb-01-ready"]);
  });
});

describe("the authorities", () => {
  const command = "command:remote:Command";
  const name = "orchestrator-authorities";

  it("are placed on the first server, with its host key pinned, before any gate waits for the orchestrator", () => {
    const placed = find(empty, command, name);
    expect(placed.dependsOn).toContain(`${instance}::orchestrator-01`);
    expect(placed.inputs).toMatchObject({
      stdin: "[secret]",
      connection: "[secret]",
      create: "/opt/estate/receive-ca.sh",
      update: ":",
    });
    for (const host of hosts.slice(0, 3))
      expect(find(empty, gate, `${host}-drain`).dependsOn).toContain(`${command}::${name}`);
    for (const host of hosts) expect([...reached(empty, `${gate}::${host}-ready`)]).toContain(`${command}::${name}`);
  });

  it("travel to the host key that the first server was given, and to no other", async () => {
    let connection: unknown;
    await graph({
      provider: (type, _, inputs) => {
        if (type === command) connection = (inputs.connection as { value: unknown }).value;
      },
    });
    expect(connection).toMatchObject({
      ...{ user: "core", host: "203.0.113.27", privateKey: secrets.sshKey },
      hostKey: hostKeyPair(secrets.hostKeySeed, "orchestrator-01").publicKey,
    });
  });

  it("follow the first server until the orchestrator was ready once, and never after", () => {
    expect(find(empty, command, name).ignoreChanges).toEqual([]);
    expect(find(built, command, name).ignoreChanges).toEqual(["triggers"]);
  });
});

describe("the orchestrator", () => {
  it("is talked to only when all its servers are ready, and is the same whatever its address", () => {
    const provider = find(empty, "pulumi:providers:kubernetes", "orchestrator");
    expect(provider.dependsOn).toEqual(
      expect.arrayContaining(hosts.slice(0, 3).map((host) => `${gate}::${host}-ready`)),
    );
    expect(provider.inputs).toMatchObject({ clusterIdentifier: "estate", kubeconfig: "[secret]" });
  });
});

describe("the workload", () => {
  it("comes after the hosts that take its pods, and goes before them", () => {
    const { dependsOn, inputs } = find(empty, "kubernetes:apps/v1:Deployment", "hello");
    expect(inputs.metadata).toMatchObject({ annotations: { "pulumi.com/patchForce": "true" } });
    expect(dependsOn).toContain(`${gate}::worker-01-ready`);
    expect(dependsOn).not.toContain(`${gate}::bbb-01-ready`);
  });
});

it("no secret is in clear anywhere", () => {
  const text = JSON.stringify([empty, built]);
  for (const [name, secret] of Object.entries(secrets)) {
    const line = secret.split("\n").find((part) => part.length > 20 && !part.startsWith("-----")) ?? secret;
    for (const form of [line, encodeURIComponent(line), Buffer.from(secret).toString("base64").slice(0, 60)])
      expect(text.includes(form), name).toBe(false);
  }
});

/** Inputs without what depends on the random secrets of this run. */
function withoutChance(inputs: Readonly<Record<string, unknown>>): unknown {
  const text = JSON.stringify(inputs);
  return JSON.parse(
    text
      .replace(/"ignition":"[0-9a-f]{16}"/, '"ignition":"(digest)"')
      .replace(/ssh-ed25519 [A-Za-z0-9+/]+/, "ssh-ed25519 (key)"),
  );
}
