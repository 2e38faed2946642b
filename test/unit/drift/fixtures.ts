/** Event logs as the engine writes them, and states, clouds and orchestrators that behave as real ones. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import type { Finding } from "../../../cli/drift/finding.ts";
import type { Checkpoint, Recorded } from "../../../cli/interrupted.ts";
import { type FakeOpenstack, fakeOpenstack, type Reply } from "../check/fake-openstack.ts";

/** Stands in every value of every event. It is never to be seen. */
export const value = "unique-value-of-a-secret";

export const urnOf = (type: string, name: string) => `urn:pulumi:prod::estate::estate:compute:Host$${type}::${name}`;

/** A resource that a refresh looks at, and what it finds: `same`, `update` with the paths that differ, `delete`. */
export function refreshed(type: string, name: string, op: string, paths: readonly string[] = []): object[] {
  const state = { custom: true, type, urn: urnOf(type, name), inputs: { password: value }, outputs: { stdout: value } };
  const diff = Object.fromEntries(paths.map((path) => [path, { diffKind: "update", inputDiff: true }]));
  const metadata = { urn: urnOf(type, name), type, old: state, provider: "" };
  return [
    { resourcePreEvent: { planning: true, metadata: { ...metadata, op: "refresh", new: state } } },
    {
      resOutputsEvent: {
        planning: true,
        metadata: { ...metadata, op, new: op === "delete" ? undefined : state, detailedDiff: diff, diffs: paths },
      },
    },
  ];
}

export const types = {
  ...{ server: "openstack:compute/instance:Instance", port: "openstack:networking/port:Port" },
  ...{ group: "openstack:networking/secGroup:SecGroup", rule: "openstack:networking/secGroupRule:SecGroupRule" },
  ...{ record: "openstack:dns/recordSet:RecordSet", zone: "openstack:dns/zone:Zone" },
  ...{ floatingIp: "openstack:networking/floatingIp:FloatingIp", network: "openstack:networking/network:Network" },
  ...{ deployment: "kubernetes:apps/v1:Deployment", configMap: "kubernetes:core/v1:ConfigMap" },
} as const;

const recorded = (type: string, name: string, id: string, outputs: Record<string, unknown> = {}): Recorded => ({
  ...{ urn: urnOf(type, name), type, id, inputs: {}, outputs },
});

/** A small estate: one host with its port, a group with a rule, a zone with a name, a workload. */
export const state: Checkpoint = {
  deployment: {
    resources: [
      recorded(types.server, "worker-01", "s1", { name: "worker-01" }),
      recorded(types.port, "worker-01-port", "p1"),
      recorded(types.floatingIp, "worker-01-floating-ip", "f1"),
      recorded(types.network, "network", "n1"),
      recorded(types.group, "groups-worker", "g1"),
      recorded(types.rule, "worker-in", "r1"),
      recorded(types.zone, "dns", "z1", { name: "estate.test." }),
      recorded(types.record, "dns-worker-01", "z1/rs1"),
      recorded("openstack:loadbalancer/loadBalancer:LoadBalancer", "api", "lb1", { vipPortId: "p-vip" }),
      recorded("kubernetes:core/v1:Namespace", "estate", "estate", {
        ...{ apiVersion: "v1", kind: "Namespace", metadata: { name: "estate" } },
      }),
      recorded(types.deployment, "hello", "estate/hello", {
        ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "hello", namespace: "estate" } },
      }),
    ],
  },
};

/** A cloud with exactly what that state holds, and what the cloud itself adds to it. */
export const asStated: Readonly<Record<string, Reply>> = {
  "/compute/servers/detail": [200, { servers: [{ id: "s1", name: "worker-01", metadata: { estate: "estate" } }] }],
  "/compute/os-keypairs": [200, { keypairs: null }],
  "/network/v2.0/ports": [
    200,
    {
      ports: [
        { id: "p1", device_owner: "compute:nova", device_id: "s1", network_id: "n1", security_groups: ["g1"] },
        { id: "p-vip", device_owner: "Octavia", device_id: "lb-lb1", network_id: "n1" },
        { id: "p-dhcp", device_owner: "network:dhcp", network_id: "n1" },
        { id: "p-router", device_owner: "network:router_interface", network_id: "n1" },
        { id: "p-fip", device_owner: "network:floatingip", network_id: "public" },
      ],
    },
  ],
  "/network/v2.0/floatingips": [
    200,
    { floatingips: [{ id: "f1", floating_ip_address: "203.0.113.1", port_id: "p1" }] },
  ],
  "/network/v2.0/security-groups": [
    200,
    {
      security_groups: [
        { id: "g0", name: "default" },
        { id: "g1", name: "estate-worker" },
      ],
    },
  ],
  "/network/v2.0/security-group-rules": [
    200,
    {
      security_group_rules: [
        { id: "r0", security_group_id: "g0", direction: "ingress" },
        { id: "r1", security_group_id: "g1", direction: "ingress" },
      ],
    },
  ],
  "/volumev3/volumes/detail": [200, { volumes: [] }],
  "/image/v2/images": [
    200,
    {
      images: [
        { id: "i1", name: "flatcar-1", owner: "p1" },
        { id: "i2", name: "debian-13", owner: "of-the-cloud", visibility: "public" },
      ],
    },
  ],
  "/load-balancer/v2/lbaas/loadbalancers": [200, { loadbalancers: [{ id: "lb1", name: "estate-api" }] }],
  "/dns/v2/zones/z1/recordsets": [
    200,
    {
      recordsets: [
        { id: "rs-soa", name: "estate.test.", type: "SOA", records: ["x"] },
        { id: "rs-ns", name: "estate.test.", type: "NS", records: ["x"] },
        { id: "rs1", name: "worker-01.estate.test.", type: "A", records: ["203.0.113.1"] },
      ],
    },
  ],
};

/** Adds to a list of the cloud. */
export function plus(path: string, item: object, replies = asStated): Readonly<Record<string, Reply>> {
  const [status, body] = replies[path] ?? [200, {}];
  const [[key, list] = ["", []]] = Object.entries(body as Record<string, readonly object[] | null>);
  return { ...replies, [path]: [status, { [key]: [...(list ?? []), item] }] };
}

export async function fakeCloud(replies: Readonly<Record<string, Reply>>): Promise<FakeOpenstack> {
  return fakeOpenstack(replies, ["compute", "network", "image", "dns", "volumev3", "load-balancer"]);
}

interface Object_ {
  readonly metadata: { readonly name: string; readonly [more: string]: unknown };
  readonly [more: string]: unknown;
}

/** What an orchestrator's API answers: objects of the namespace `estate`, by `apiVersion/Kind`; `null` for an empty list. */
export type Objects = Readonly<Record<string, readonly Object_[] | null>>;

const kinds: Readonly<Record<string, readonly [string, string, readonly string[]][]>> = {
  v1: [
    ["configmaps", "ConfigMap", ["list", "get", "delete"]],
    ["secrets", "Secret", ["list", "get", "delete"]],
    ["serviceaccounts", "ServiceAccount", ["list"]],
    ["endpoints", "Endpoints", ["list"]],
    ["events", "Event", ["list"]],
    ["pods", "Pod", ["list"]],
    ["pods/status", "Pod", ["get"]],
    ["bindings", "Binding", ["create"]],
  ],
  "apps/v1": [
    ["deployments", "Deployment", ["list", "get"]],
    ["replicasets", "ReplicaSet", ["list"]],
    ["controllerrevisions", "ControllerRevision", ["list"]],
  ],
  "coordination.k8s.io/v1": [["leases", "Lease", ["list"]]],
  "discovery.k8s.io/v1": [["endpointslices", "EndpointSlice", ["list"]]],
};

export interface FakeCluster {
  readonly kubeconfig: string;
  /** Requests that were not looks. */
  readonly written: readonly string[];
  close(): void;
}

/** An API server behind one address. It pages: two objects at a time. */
export async function fakeCluster(objects: Objects, nodes: readonly string[]): Promise<FakeCluster> {
  const written: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://fake");
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(JSON.stringify(body));
    if (request.method !== "GET") written.push(`${request.method} ${url.pathname}`);
    const notFound = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: "not found",
    };
    if (url.pathname === "/apis") {
      const groups = Object.keys(kinds).filter((one) => one !== "v1");
      const listed = groups.map((groupVersion) => {
        const [name = "", version = ""] = groupVersion.split("/");
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
      });
      return void send(200, { kind: "APIGroupList", apiVersion: "v1", groups: listed });
    }
    if (url.pathname === "/api/v1/nodes")
      return void send(200, {
        kind: "NodeList",
        apiVersion: "v1",
        metadata: {},
        items: nodes.map((name) => ({ metadata: { name } })),
      });
    const [, groupVersion = "", namespaced, namespace, plural, name] =
      /^\/(?:api|apis)\/(v1|[\w.]+\/v1)(?:\/(namespaces)\/([\w-]+)\/(\w+)(?:\/(.+))?)?$/.exec(url.pathname) ?? [];
    const known = kinds[groupVersion];
    if (!known) return void send(404, notFound);
    if (!namespaced) {
      const resources = known.map(([name, kind, verbs]) => ({ name, kind, verbs, namespaced: true, singularName: "" }));
      return void send(200, { kind: "APIResourceList", groupVersion, resources });
    }
    const [, kind = ""] = known.find(([one]) => one === plural) ?? [];
    const all = namespace === "estate" ? objects[`${groupVersion}/${kind}`] : [];
    if (name !== undefined) {
      const found = all?.find(({ metadata }) => metadata.name === name);
      return void send(found ? 200 : 404, found ? { apiVersion: groupVersion, kind, ...found } : notFound);
    }
    const from = Number(url.searchParams.get("continue") ?? 0);
    const more = (all ?? []).length > from + 2 ? { continue: String(from + 2) } : {};
    send(200, {
      kind: `${kind}List`,
      apiVersion: groupVersion,
      metadata: more,
      items: all?.slice(from, from + 2) ?? null,
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "it" },
    clusters: [{ name: "it", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    users: [{ name: "it", user: {} }],
  });
  return { kubeconfig, written, close: () => void server.close() };
}

/** What a finding is, in short. */
export const brief = (findings: readonly Finding[]) =>
  findings.map(({ answer, class: kind, name, change }) => `${answer} ${kind} ${name} ${change}`).sort();
