import { expect, test } from "vitest";
import { heal } from "../../../cli/heal.ts";
import type { OpenStack } from "../../../local/openstack-client/client.ts";

const floatingIp = "openstack:networking/floatingIp:FloatingIp";
const server = "openstack:compute/instance:Instance";
const operation = (type: string, inputs: object) => ({
  type: "creating",
  resource: { urn: `urn:pulumi:mine::estate::${type}::bbb-01`, type, inputs },
});
const interrupted = [
  operation(server, { name: "bbb-01", metadata: { estate: "estate" }, networks: [{ port: "p1" }] }),
  operation(floatingIp, { description: "bbb-01" }),
];

/** A patient, with a cloud that has a server on the host's port and a free floating IP of that host's name. */
function patient(pending_operations: readonly object[], shared: boolean) {
  const said: string[] = [];
  const commands: string[] = [];
  const cloud: Record<string, object[]> = {
    "/servers/detail": [
      { id: "s1", name: "bbb-01", metadata: { estate: "estate" } },
      { id: "s2", name: "bbb-01", metadata: { estate: "estate" } },
      { id: "s3", name: "bbb-01", metadata: { estate: "other" } },
    ],
    "/v2.0/floatingips": [{ id: "f1", port_id: null, description: "bbb-01" }],
  };
  const openstack = {
    get: async () => ({ port: { id: "p1", device_id: "s1" } }),
    list: async (_service: string, path: string) => cloud[path] ?? [],
    request: async (_method: string, _service: string, path: string) => {
      const [, id] = /\/([^/]+)$/.exec(path) ?? [];
      for (const path of Object.keys(cloud))
        cloud[path] = cloud[path]?.filter((item) => !("id" in item && item.id === id)) ?? [];
    },
  } as unknown as OpenStack;
  return {
    ...{ said, commands, cloud },
    terms: {
      ...{ stack: "mine", backend: undefined, whileItRuns: "refuse" as const, shared },
      pulumi: async (command: readonly string[], input?: string) => {
        commands.push(`${command.join(" ")}${input ? ` < ${input}` : ""}`);
        return JSON.stringify({ deployment: { resources: [], pending_operations } });
      },
      openstack: async () => openstack,
      say: (line: string) => void said.push(line),
    },
  };
}

test("a stack that was not interrupted is only looked at", async () => {
  const { terms, commands } = patient([], true);
  const keep = async () => Promise.reject(new Error("nothing is to be kept"));
  expect(await heal({ ...terms, keep })).toBe(0);
  expect(commands).toEqual(["stack export --stack mine"]);
});

test("the orphan on the host's port goes; what might be another estate's stays, and is told", async () => {
  const { terms, commands, cloud, said } = patient(interrupted, true);
  expect(await heal(terms)).toBe(2);
  expect(cloud["/servers/detail"]).toMatchObject([{ id: "s2" }, { id: "s3" }]);
  expect(cloud["/v2.0/floatingips"]).toHaveLength(1);
  expect(said[0]).toBe("The last update of stack mine was interrupted while it changed 2 resources.");
  expect(said[1]).toContain("servers bbb-01 was made, but is in no state: it is removed");
  expect(said[2]).toMatch(/^ {2}floatingips bbb-01 \(network\/v2.0\/floatingips\/f1\) .* left alone/);
  expect(commands.at(-1)).toBe('stack import --stack mine < {"deployment":{"resources":[]}}');
});

test("the state is kept as it was before anything is removed or written; where it cannot be kept, nothing is", async () => {
  const { terms, commands, cloud } = patient(interrupted, true);
  const kept: [string, number, number][] = [];
  const keep = async (state: string) => void kept.push([state, commands.length, cloud["/servers/detail"]?.length ?? 0]);
  await heal({ ...terms, keep });
  expect(kept).toEqual([[JSON.stringify({ deployment: { resources: [], pending_operations: interrupted } }), 1, 3]]);
  expect([commands.length, cloud["/servers/detail"]?.length]).toEqual([2, 2]);
  const second = patient(interrupted, true);
  const full = async () => Promise.reject(new Error("no room"));
  await expect(heal({ ...second.terms, keep: full })).rejects.toThrow("no room");
  expect([second.commands, second.cloud["/servers/detail"]?.length]).toEqual([["stack export --stack mine"], 3]);
});

test("in a project of the stack's own, all of it goes", async () => {
  const { terms, cloud } = patient(interrupted, false);
  await heal(terms);
  expect(cloud["/v2.0/floatingips"]).toEqual([]);
});

test("a server that runs is taken into the state, and read; what else was made goes", async () => {
  const { terms, commands, cloud, said } = patient(interrupted, false);
  const servers = cloud["/servers/detail"] ?? [];
  cloud["/servers/detail"] = servers.map((server) => ({ ...server, status: "ACTIVE" }));
  await heal(terms);
  expect(cloud["/servers/detail"]).toEqual(expect.arrayContaining([expect.objectContaining({ id: "s1" })]));
  expect(cloud["/v2.0/floatingips"]).toEqual([]);
  expect(said[1]).toBe("  servers bbb-01 was made and runs, but is in no state: it is taken in");
  const urn = `urn:pulumi:mine::estate::${server}::bbb-01`;
  expect(commands.slice(-3)).toEqual([
    "stack export --show-secrets --stack mine",
    expect.stringMatching(/^stack import --stack mine < .*"id":"s1"/),
    `refresh --stack mine --yes --skip-preview --target ${urn}`,
  ]);
});

test("a server that nova is still making is waited for, and said; then it is taken in", async () => {
  const { terms, cloud, said } = patient(interrupted.slice(0, 1), true);
  cloud["/servers/detail"] = [{ id: "s1", name: "bbb-01", metadata: { estate: "estate" }, status: "BUILD" }];
  setTimeout(() => {
    cloud["/servers/detail"] = [{ id: "s1", name: "bbb-01", metadata: { estate: "estate" }, status: "ACTIVE" }];
  }, 500);
  await heal(terms);
  expect(said.slice(1)).toEqual([
    "Nova is still making servers bbb-01; waiting up to 5 min for it.",
    "  servers bbb-01 was made and runs, but is in no state: it is taken in",
  ]);
});

test("a cloud that does not answer is told at once: nothing is removed, and the state stays", async () => {
  const { terms, commands } = patient(interrupted, true);
  const broken = { list: () => Promise.reject(new Error("no answer")) } as unknown as OpenStack;
  await expect(heal({ ...terms, openstack: async () => broken })).rejects.toThrow("no answer");
  expect(commands).toEqual(["stack export --stack mine"]);
});

test("what an engine is at that runs elsewhere is not touched, though the state lists it", async () => {
  const { terms, commands, cloud } = patient(interrupted, false);
  const ensureFree = async () => {
    throw new Error("the state is locked");
  };
  const before = structuredClone(cloud);
  await expect(heal({ ...terms, ensureFree })).rejects.toThrow("the state is locked");
  expect([cloud, commands]).toEqual([before, ["stack export --stack mine"]]);
});
