/** What nobody manages, found in a cloud and in an orchestrator that answer as real ones do. */
import { afterEach, describe, expect, test } from "vitest";
import type { Ground } from "../../../cli/drift/cloud-kinds.ts";
import { connectCluster } from "../../../cli/drift/cluster.ts";
import { heldBy } from "../../../cli/drift/held.ts";
import { cloudFindings } from "../../../cli/drift/managed.ts";
import { ownerOf, withOwners } from "../../../cli/drift/owner.ts";
import { scanCloud } from "../../../cli/drift/scan-cloud.ts";
import { scanCluster } from "../../../cli/drift/scan-cluster.ts";
import { connect } from "../../../local/openstack-client/client.ts";
import { logOf } from "../preview/engine.ts";
import { asStated, brief, fakeCloud, fakeCluster, type Objects, plus, refreshed, state, types } from "./fixtures.ts";

const held = heldBy(state);
const ground: Ground = { held, estate: "estate", project: "p1", image: "flatcar-1" };
const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function scan(replies: typeof asStated, shared = false, of = ground) {
  const fake = await fakeCloud(replies);
  opened.push(fake);
  const credentials = { kind: "application credential", id: "a", secret: "s" } as const;
  const found = await scanCloud(connect({ authUrl: fake.authUrl, credentials, interface: "public" }), of, shared);
  expect(fake.seen.every((request) => request.startsWith("GET "))).toBe(true);
  return found;
}

describe("the cloud", () => {
  test("with what the state holds and what the cloud itself makes, there is nothing to tell", async () => {
    expect(await scan(asStated)).toEqual({ findings: [], troubles: [] });
  });

  test("with a server that nova has just deleted, and still lists, there is nothing to tell", async () => {
    const deleted = plus("/compute/servers/detail", { id: "s9", name: "test", status: "DELETED" });
    expect(await scan({ ...asStated, ...deleted })).toEqual({ findings: [], troubles: [] });
  });

  test("with the port that nova made for a server that was adopted there is nothing to tell; with another in it, there is", async () => {
    const { deployment } = state;
    const networks = [{ name: "estate-local", fixedIpV4: "10.20.0.99", port: "" }];
    const urn = `urn:pulumi:prod::estate::${types.server}::test`;
    const adopted = { urn, type: types.server, id: "s9", outputs: { name: "test", networks } };
    const resources = [...(deployment.resources ?? []), adopted];
    const own = heldBy({ ...state, deployment: { ...deployment, resources } });
    expect(own.hosts).toEqual(held.hosts);
    const port = (ip_address: string) =>
      plus("/network/v2.0/ports", {
        ...{ id: "p9", name: "nova's", device_id: "s9", device_owner: "compute:az1", fixed_ips: [{ ip_address }] },
      });
    const found = async (address: string) =>
      brief((await scan({ ...asStated, ...port(address) }, false, { ...ground, held: own })).findings);
    expect(await found("10.20.0.99")).toEqual([]);
    expect(await found("10.20.0.98")).toEqual(["unmanaged security nova's unknown"]);
  });

  test.each([
    ["/compute/servers/detail", { id: "s9", name: "test" }, "ownership test"],
    ["/network/v2.0/ports", { id: "p9", name: "side", network_id: "n1" }, "ownership side"],
    ["/network/v2.0/ports", { id: "p9", name: "side", network_id: "n1", security_groups: ["g1"] }, "security side"],
    ["/network/v2.0/ports", { id: "p9", name: "nic2", device_id: "s1", device_owner: "compute:az1" }, "security nic2"],
    [
      "/network/v2.0/floatingips",
      { id: "f9", floating_ip_address: "203.0.113.9", port_id: null },
      "ownership 203.0.113.9",
    ],
    [
      "/network/v2.0/floatingips",
      { id: "f9", floating_ip_address: "203.0.113.9", port_id: "p1" },
      "security 203.0.113.9",
    ],
    ["/volumev3/volumes/detail", { id: "v9", name: "", size: 10, attachments: [] }, "ownership v9"],
    ["/network/v2.0/security-groups", { id: "g9", name: "mine" }, "ownership mine"],
    [
      "/network/v2.0/security-group-rules",
      { id: "r9", security_group_id: "g1", direction: "ingress", description: "by hand" },
      "security by hand",
    ],
    [
      "/dns/v2/zones/z1/recordsets",
      { id: "rs9", name: "www.estate.test.", type: "A", records: ["192.0.2.9"] },
      "security www.estate.test. A",
    ],
    ["/load-balancer/v2/lbaas/loadbalancers", { id: "lb9", name: "mine" }, "ownership mine"],
    ["/image/v2/images", { id: "i9", name: "snapshot", owner: "p1" }, "ownership snapshot"],
    ["/compute/os-keypairs", { keypair: { name: "laptop", public_key: "ssh-ed25519 x" } }, "ownership laptop"],
  ])("%s: what no state holds is told, and nothing else", async (path, item, expected) => {
    const { findings, troubles } = await scan(plus(path, item));
    expect([brief(findings), troubles]).toEqual([[`unmanaged ${expected} unknown`], []]);
  });

  test("ports of a server that no state holds, and rules of others' groups, are not told as well", async () => {
    const servers = plus("/compute/servers/detail", { id: "s9", name: "test" });
    const ports = plus("/network/v2.0/ports", { id: "p9", device_id: "s9", device_owner: "compute:az1" }, servers);
    const rules = plus("/network/v2.0/security-group-rules", { id: "r9", security_group_id: "g0" }, ports);
    expect(brief((await scan(rules)).findings)).toEqual(["unmanaged ownership test unknown"]);
  });

  test("in a shared project only what touches the estate is told", async () => {
    const others = [
      ["/compute/servers/detail", { id: "s9", name: "someone's" }],
      ["/network/v2.0/floatingips", { id: "f9", floating_ip_address: "203.0.113.9", port_id: null }],
      ["/compute/os-keypairs", { keypair: { name: "laptop" } }],
    ] as const;
    const replies = others.reduce((all, [path, item]) => plus(path, item, all), asStated);
    const touching = plus(
      "/compute/servers/detail",
      { id: "s8", name: "bbb-01", metadata: { estate: "estate" } },
      replies,
    );
    expect(brief((await scan(touching)).findings)).toHaveLength(4);
    expect(brief((await scan(touching, true)).findings)).toEqual(["unmanaged ownership bbb-01 unknown"]);
  });

  test("a service that does not answer is a trouble, and the rest is told", async () => {
    const broken = {
      ...plus("/compute/servers/detail", { id: "s9", name: "test" }),
      "/network/v2.0/floatingips": [403, { message: "no" }],
    } as const;
    const { findings, troubles } = await scan(broken);
    expect(brief(findings)).toEqual(["unmanaged ownership test unknown"]);
    expect(troubles).toEqual([expect.stringContaining("did not list its floatingips")]);
  });
});

const quiet: Objects = {
  "v1/ConfigMap": [{ metadata: { name: "kube-root-ca.crt" } }],
  "v1/ServiceAccount": [{ metadata: { name: "default" } }],
  "v1/Secret": [{ metadata: { name: "token" }, type: "kubernetes.io/service-account-token" }],
  "v1/Event": [{ metadata: { name: "e" } }],
  "v1/Pod": [{ metadata: { name: "hello-1", ownerReferences: [{ kind: "ReplicaSet" }] } }],
  "v1/Endpoints": [{ metadata: { name: "hello" } }],
  "apps/v1/Deployment": [{ metadata: { name: "hello" } }],
  "apps/v1/ReplicaSet": [{ metadata: { name: "hello-abc", ownerReferences: [{ kind: "Deployment" }] } }],
  "apps/v1/ControllerRevision": [{ metadata: { name: "hello-1" } }],
  "discovery.k8s.io/v1/EndpointSlice": [{ metadata: { name: "hello-x", ownerReferences: [{ kind: "Service" }] } }],
  "coordination.k8s.io/v1/Lease": [{ metadata: { name: "leader" } }],
};

async function look(objects: Objects, nodes: readonly string[] = ["worker-01"]) {
  const fake = await fakeCluster(objects, nodes);
  opened.push(fake);
  const found = await scanCluster(connectCluster(fake.kubeconfig), held);
  expect(fake.written).toEqual([]);
  return found;
}

describe("the orchestrator", () => {
  test("with what the state holds and what the cluster makes by itself, there is nothing to tell", async () => {
    expect(await look(quiet)).toEqual({ findings: [], troubles: [] });
  });

  test("objects that no state holds are told, on every page, with who made them", async () => {
    const made = [{ manager: "kubectl-create", time: "2026-11-01T00:00:00Z" }];
    const maps = ["a", "b", "c"].map((name) => ({ metadata: { name, managedFields: made } }));
    const kept = { metadata: { name: "of-a-controller", ownerReferences: [{ kind: "Job" }] } };
    const { findings } = await look({
      ...quiet,
      "v1/ConfigMap": [{ metadata: { name: "kube-root-ca.crt" } }, ...maps, kept],
      "v1/Secret": [{ metadata: { name: "by-hand" }, type: "Opaque" }],
    });
    expect(brief(findings)).toEqual([
      ...["a", "b", "c"].map((name) => `unmanaged ownership estate/${name} unknown`),
      "unmanaged security estate/by-hand unknown",
    ]);
    expect(findings.map(({ owner }) => owner).sort()).toEqual(["human", "human", "human", "unknown"]);
  });

  test.each(["v1/Pod", "apps/v1/ReplicaSet", "discovery.k8s.io/v1/EndpointSlice"])(
    "%s that nothing owns was made by hand, and is told",
    async (kind) => {
      const { findings, troubles } = await look({ ...quiet, [kind]: [{ metadata: { name: "by-hand" } }] });
      expect([brief(findings), troubles]).toEqual([["unmanaged ownership estate/by-hand unknown"], []]);
    },
  );

  test("a host whose node is gone is an outage", async () => {
    const { findings } = await look(quiet, []);
    expect(brief(findings)).toEqual(["cloud outage worker-01 gone"]);
  });

  test("fields that the engine wrote say nothing of who came after", () => {
    expect(ownerOf([{ manager: "pulumi-kubernetes-1234" }])).toBe("unknown");
    expect(
      ownerOf([
        { manager: "kubectl-edit", time: "1" },
        { manager: "kube-controller-manager", time: "2" },
      ]),
    ).toBe("engine");
    expect(
      ownerOf([
        { manager: "kube-controller-manager", time: "1" },
        { manager: "kubectl-scale", time: "2" },
      ]),
    ).toBe("human");
  });

  test("who changed an object of the state is read from it; what a controller saw of it counts for nothing", async () => {
    const managedFields = [
      { manager: "pulumi-kubernetes", time: "2026-11-01T00:00:00Z" },
      { manager: "kubectl", time: "2026-11-02T00:00:00Z", subresource: "scale" },
      { manager: "kube-controller-manager", time: "2026-11-03T00:00:00Z", subresource: "status" },
    ];
    const fake = await fakeCluster({ "apps/v1/Deployment": [{ metadata: { name: "hello", managedFields } }] }, []);
    opened.push(fake);
    const findings = cloudFindings(logOf(refreshed(types.deployment, "hello", "update", ["spec.replicas"])).steps);
    expect((await withOwners(findings, connectCluster(fake.kubeconfig), held)).map(({ owner }) => owner)).toEqual([
      "human",
    ]);
    const server = cloudFindings(logOf(refreshed(types.server, "worker-01", "update", ["name"])).steps);
    expect((await withOwners(server, connectCluster(fake.kubeconfig), held)).map(({ owner }) => owner)).toEqual([
      "unknown",
    ]);
  });
});
