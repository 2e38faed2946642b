import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Cluster, connectCluster } from "../../../cli/gate/cluster.ts";
import { etcdLease, holdLease } from "../../../cli/gate/lease.ts";
import { type Asked, failure, type KubernetesApi, kubernetesApi, type Reply } from "../cluster/kubernetes-api.ts";

/** A Kubernetes API that answers as told, on loopback: what a gate sends, and how it reads errors. */
let server: KubernetesApi;
let cluster: Cluster;
let asked: Asked[];
let answer: (path: string) => Reply;

beforeAll(async () => {
  server = await kubernetesApi();
  server.answer = ({ path }) => answer(path ?? "");
  asked = server.asked;
  cluster = connectCluster(server.kubeconfig());
});

afterAll(() => server.close());

beforeEach(() => {
  asked.length = 0;
  answer = () => ({ status: 200, body: {} });
});

const pod = { metadata: { name: "hello-1", namespace: "estate", uid: "u1" } };

describe("a gate's questions to the API", () => {
  it("cordon a node that is gone without a word: it is asked again when an answer was lost", async () => {
    answer = () => failure(404, 'nodes "bbb-01" not found');
    await cluster.cordon("bbb-01", true);
    await cluster.uncordon("bbb-01");
  });

  it("cordon by a merge patch, with a mark where it is theirs to open, and take both away", async () => {
    await cluster.cordon("bbb-01", false);
    await cluster.cordon("bbb-01", true);
    await cluster.uncordon("bbb-01");
    const patch = { method: "PATCH", path: "/api/v1/nodes/bbb-01", type: "application/merge-patch+json" };
    const marked = (value: string | null) => ({ metadata: { annotations: { "estate/cordoned": value } } });
    expect(asked).toMatchObject([
      { ...patch, body: { spec: { unschedulable: true } } },
      { ...patch, body: { ...marked("true"), spec: { unschedulable: true } } },
      { ...patch, body: { ...marked(null), spec: { unschedulable: null } } },
    ]);
  });

  it("end a pod by its uid, with its own grace; one that is gone, or another of its name, is fine", async () => {
    await cluster.deletePod(pod);
    expect(asked).toMatchObject([
      {
        ...{ method: "DELETE", path: "/api/v1/namespaces/estate/pods/hello-1", type: "application/json" },
        body: { preconditions: { uid: "u1" } },
      },
    ]);
    for (const status of [404, 409]) {
      answer = () => failure(status, "no");
      await cluster.deletePod(pod);
    }
    answer = () => failure(403, "pods is forbidden");
    await expect(cluster.deletePod(pod)).rejects.toThrow("pods is forbidden");
  });

  it("take an absent node for an answer, and no other error", async () => {
    answer = () => failure(404, 'nodes "bbb-01" not found');
    expect(await cluster.node("bbb-01")).toBeUndefined();
    await cluster.deleteNode("bbb-01");
    answer = () => failure(403, "nodes is forbidden");
    await expect(cluster.node("bbb-01")).rejects.toThrow("nodes is forbidden");
  });

  it("delete a node as it was seen, and not one that has changed since", async () => {
    await cluster.deleteNode("bbb-01", { metadata: { name: "bbb-01", uid: "u2", resourceVersion: "7" } });
    expect(asked[0]).toMatchObject({
      ...{ method: "DELETE", path: "/api/v1/nodes/bbb-01" },
      body: { preconditions: { uid: "u2", resourceVersion: "7" } },
    });
    answer = () => failure(409, "the object has been modified");
    await cluster.deleteNode("bbb-01", { metadata: { name: "bbb-01", uid: "u2", resourceVersion: "7" } });
  });

  it("evict this pod and not the next of its name", async () => {
    expect(await cluster.evict(pod)).toBeUndefined();
    expect(asked[0]).toMatchObject({
      ...{ method: "POST", path: "/api/v1/namespaces/estate/pods/hello-1/eviction" },
      body: { kind: "Eviction", deleteOptions: { preconditions: { uid: "u1" } } },
    });
  });

  it("give the budget that forbids an eviction", async () => {
    const causes = [
      { reason: "DisruptionBudget", message: "The disruption budget hello needs 1 healthy pods and has 1 currently" },
    ];
    answer = () => failure(429, "Cannot evict pod as it would violate the pod's disruption budget.", { causes });
    expect(await cluster.evict(pod)).toBe(
      "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget hello needs 1 healthy pods and has 1 currently",
    );
  });

  it("are not mistaken for an answer about the node where there is no such API", async () => {
    answer = () => ({ status: 404, body: "404 page not found" });
    await expect(cluster.node("bbb-01")).rejects.toThrow("refuses (404)");
    await expect(cluster.deleteNode("bbb-01")).rejects.toThrow("refuses (404)");
  });

  it("take a pod that is gone for evicted", async () => {
    for (const status of [404, 409]) {
      answer = () => failure(status, "not found");
      expect(await cluster.evict(pod)).toBeUndefined();
    }
    answer = () => failure(500, "etcdserver: request timed out");
    await expect(cluster.evict(pod)).rejects.toThrow("etcdserver: request timed out");
  });

  it("list the pods of one node", async () => {
    answer = () => ({ status: 200, body: { items: [pod] } });
    expect(await cluster.podsOn("bbb-01")).toHaveLength(1);
    expect(asked[0]?.path).toBe("/api/v1/pods?fieldSelector=spec.nodeName%3Dbbb-01&limit=500");
  });
});

describe("the lease", () => {
  const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
  const now = new Date("2026-01-01T00:01:00.000Z");

  it("is created where there is none", async () => {
    answer = (asked) => (asked.endsWith("estate-drain-etcd") ? failure(404, "not found") : { status: 201, body: {} });
    expect(await holdLease(cluster, etcdLease, "me", now)).toBeUndefined();
    expect(asked[1]).toMatchObject({
      ...{ method: "POST", path },
      body: {
        metadata: { name: "estate-drain-etcd" },
        spec: { holderIdentity: "me", renewTime: "2026-01-01T00:01:00.000000Z" },
      },
    });
  });

  it("is left to a living holder", async () => {
    const spec = { holderIdentity: "other", renewTime: "2026-01-01T00:00:30.000000Z" };
    answer = () => ({ status: 200, body: { metadata: { resourceVersion: "7" }, spec } });
    expect(await holdLease(cluster, etcdLease, "me", now)).toBe("other");
    expect(asked).toHaveLength(1);
  });

  it("is taken from a dead one in the version that was read, and lost to whoever is faster", async () => {
    const spec = { holderIdentity: "other", renewTime: "2026-01-01T00:00:00.000000Z" };
    answer = () =>
      asked.length === 1
        ? { status: 200, body: { metadata: { resourceVersion: "7" }, spec } }
        : failure(409, "conflict");
    expect(await holdLease(cluster, etcdLease, "me", now)).toBe("another gate");
    expect(asked[1]).toMatchObject({
      method: "PUT",
      path: `${path}/estate-drain-etcd`,
      body: { metadata: { resourceVersion: "7" } },
    });
  });
});
