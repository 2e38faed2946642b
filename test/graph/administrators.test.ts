/** The administrators' keys on the hosts: what is brought where, over which way, and what does not change. */
import { describe, expect, it } from "vitest";
import { authorizedKeys, placeKeys } from "../../ignition/administrators.ts";
import { hostKeyPair } from "../../stacks/openssh.ts";
import { keys } from "../unit/stacks/administrators.ts";
import { graph, type Run, readyUrn, secrets, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

const command = "command:remote:Command";
const instance = "openstack:compute/instance:Instance";
const hosts = ["orchestrator-01", "orchestrator-02", "orchestrator-03", "bbb-01", "bbb-02", "worker-01"];
const named = (host: string) => `${host}-administrators`;
const placed = (nodes: readonly Registered[]) =>
  nodes.filter(({ type, name }) => type === command && name.endsWith("-administrators"));
const urnOf = (host: string) => `urn:pulumi:test::estate::estate:access:Administrators$${command}::${named(host)}`;

/** With these keys; in mode provider, if so. */
const withKeys =
  (all: object, provider = false): NonNullable<Run["change"]> =>
  (document) => {
    document.admins.keys = all;
    if (!provider) return;
    const { nameservers, downloads } = document.network;
    document.network = { mode: "provider", nameservers, downloads };
    document.sites = { local: { cidr: "198.51.100.0/24", network: "campus" } };
  };

/** The connections as the provider sees them, by host. */
async function connections(provider: boolean): Promise<Record<string, Record<string, unknown>>> {
  const seen: Record<string, Record<string, unknown>> = {};
  await graph({
    change: withKeys(keys, provider),
    provider: (type, name, inputs) => {
      if (type === command && name.endsWith("-administrators"))
        seen[name.replace("-administrators", "")] = (inputs.connection as { value: Record<string, unknown> }).value;
    },
  });
  return seen;
}

const none = await graph();
const some = await graph({ change: withKeys(keys) });

describe("administrators' keys", () => {
  it("need no connection in an estate that never had any", () => expect(placed(none)).toEqual([]));

  it("are brought to every server that is made, and changed in place otherwise", () => {
    expect(placed(some).map(({ name }) => name)).toEqual(hosts.map(named).sort());
    for (const node of placed(some)) {
      const host = node.name.replace("-administrators", "");
      expect(node.from.triggers).toEqual([`${instance}::${host}`]);
      expect(node.inputs).toMatchObject({ create: placeKeys, connection: "[secret]", triggers: [`${host}-id`] });
      expect(node.inputs.stdin).toBe(
        authorizedKeys({ anna: keys.anna.replace(/ \S+$/, ""), ben: keys.ben.replace(/ \S+$/, "") }),
      );
      expect(Object.keys(node.inputs)).not.toContain("delete");
    }
  });

  it("hold no gate, and wait for none", () => {
    for (const node of some) {
      const isKeys = node.name.endsWith("-administrators");
      if (isKeys) expect(node.dependsOn.filter((name) => /-(ready|drain)$/.test(name))).toEqual([]);
      else
        expect(
          node.dependsOn.filter((name) => name.endsWith("-administrators")),
          node.name,
        ).toEqual([]);
    }
  });

  it("are the only difference between an estate with them and one without", () => {
    const others = (nodes: readonly Registered[]) =>
      nodes.filter((node) => !placed(nodes).includes(node)).map(({ inputs, ...rest }) => ({ ...rest, inputs }));
    expect(others(some)).toEqual(others(none));
  });

  it("are taken away from hosts that had some, and from them alone", async () => {
    const state = [...hosts.map(serverUrn), ...hosts.map(readyUrn), urnOf("bbb-01")];
    const [left, ...more] = placed(await graph({ state }));
    expect([left?.name, more]).toEqual([named("bbb-01"), []]);
    expect(left?.inputs.stdin).toBe(authorizedKeys({}));
  });
});

describe.each([
  ["private", false],
  ["provider", true],
])("in mode %s", async (_, provider) => {
  const seen = await connections(provider);

  it("go to the host key that the host was given, as user core", () => {
    expect(Object.keys(seen).sort()).toEqual([...hosts].sort());
    for (const [host, connection] of Object.entries(seen))
      expect(connection).toMatchObject({
        ...{ user: "core", privateKey: secrets.sshKey },
        hostKey: hostKeyPair(secrets.hostKeySeed, host).publicKey,
      });
  });

  it("go straight to hosts that others reach, and to the rest through the first orchestrator server", () => {
    const { "worker-01": worker, ...others } = seen;
    for (const [host, connection] of Object.entries(others)) expect(connection.proxy, host).toBeUndefined();
    expect(worker?.proxy).toMatchObject({
      ...{ user: "core", privateKey: secrets.sshKey, host: others["orchestrator-01"]?.host },
      hostKey: hostKeyPair(secrets.hostKeySeed, "orchestrator-01").publicKey,
    });
    // the mocks give each port an address of the estate's network, and each floating IP one outside
    expect(worker?.host).toMatch(/^10\.20\.0\./);
    expect(String(others["bbb-01"]?.host).startsWith(provider ? "10.20.0." : "203.0.113.")).toBe(true);
  });

  it("wait for the server in between too", async () => {
    const [worker] = placed(await graph({ change: withKeys(keys, provider) })).filter(
      ({ name }) => name === named("worker-01"),
    );
    expect(worker?.dependsOn).toEqual(
      expect.arrayContaining([`${instance}::worker-01`, `${instance}::orchestrator-01`]),
    );
  });
});
