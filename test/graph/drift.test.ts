/**
 * A drift check of an estate of 100 hosts that nobody touched, through all that compares: the state is what the program registers, the
 * cloud and the orchestrator hold exactly that and what they make by themselves. It does not prove that a real provider reads everything
 * back as it was written: `npm run bench` does, whose drift checks fail when they have anything to tell.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sift } from "../../cli/drift/accepted.ts";
import type { Cluster, ClusterObject, ObjectKind } from "../../cli/drift/cluster.ts";
import { heldBy } from "../../cli/drift/held.ts";
import { History } from "../../cli/drift/history.ts";
import { cloudFindings, lookedAt, programFindings } from "../../cli/drift/managed.ts";
import { exitCodes, type Report, reportOf } from "../../cli/drift/report.ts";
import { scanCloud } from "../../cli/drift/scan-cloud.ts";
import { scanCluster } from "../../cli/drift/scan-cluster.ts";
import type { Checkpoint, Recorded } from "../../cli/interrupted.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { documentOf } from "../bench/document.ts";
import { asStated, brief, fakeCloud, plus, refreshed, types } from "../unit/drift/fixtures.ts";
import { eventsOf, logOf } from "../unit/preview/engine.ts";
import { graph, readyUrn, serverUrn } from "./program.ts";
import type { Registered } from "./record.ts";

type Inputs = Readonly<Record<string, unknown>>;

const hosts = 100;
let nodes: readonly Registered[];
let state: Checkpoint;

beforeAll(async () => {
  const change = (document: object) => Object.assign(document, documentOf(hosts));
  const names = (await graph({ change })).filter(({ type }) => type === types.server).map(({ name }) => name);
  nodes = await graph({ change, state: names.flatMap((name) => [serverUrn(name), readyUrn(name)]) });
  state = { deployment: { resources: nodes.filter(({ custom }) => custom).map(recorded) } };
}, 180_000);

/** As the engine writes it down, with the ids that the mocks give. */
function recorded({ type, name, inputs }: Registered): Recorded {
  const { namespace, name: called = name } = (inputs.metadata ?? {}) as { namespace?: string; name?: string };
  const [own, zone] = [`${name}-id`, inputs.zoneId];
  const ofKubernetes = namespace === undefined ? called : `${namespace}/${called}`;
  const id = type.startsWith("kubernetes:") ? ofKubernetes : type === types.record ? `${zone}/${own}` : own;
  const outputs = type.endsWith(":LoadBalancer") ? { vipPortId: `${name}-vip` } : {};
  return { urn: `urn:pulumi:test::estate::${type}::${name}`, type, id, inputs, outputs };
}

const heldOf = (type: string) => (state.deployment.resources ?? []).filter((one) => one.type === type);
const idOf = ({ id = "" }: Recorded) => id.split("/").at(-1) ?? id;

/** What the cloud lists of each type that states hold: where, under which key, and beside its id and its name. */
const listed: Readonly<Record<string, readonly [string, string, (inputs: Inputs, one: Recorded) => object]>> = {
  [types.server]: ["/compute/servers/detail", "servers", ({ metadata }) => ({ metadata })],
  [types.port]: [
    ...(["/network/v2.0/ports", "ports"] as const),
    ({ networkId, securityGroupIds }, port) => ({
      ...{ network_id: networkId, security_groups: securityGroupIds, device_owner: "compute:az1" },
      device_id: heldOf(types.server).find(({ inputs }) => JSON.stringify(inputs?.networks).includes(`"${port.id}"`))
        ?.id,
    }),
  ],
  [types.floatingIp]: ["/network/v2.0/floatingips", "floatingips", ({ portId = null }) => ({ port_id: portId })],
  [types.group]: ["/network/v2.0/security-groups", "security_groups", () => ({})],
  [types.rule]: [
    ...(["/network/v2.0/security-group-rules", "security_group_rules"] as const),
    ({ securityGroupId, direction }) => ({ security_group_id: securityGroupId, direction }),
  ],
  "openstack:loadbalancer/loadBalancer:LoadBalancer": [
    "/load-balancer/v2/lbaas/loadbalancers",
    "loadbalancers",
    () => ({}),
  ],
};

/** The cloud with that, with what belongs to everybody, and with the ports that its services make. */
function cloudOf(): typeof asStated {
  const bare = Object.fromEntries(
    Object.entries(asStated).map(([path, [status, body]]) => {
      const [key = ""] = Object.keys(body as object);
      return [path, [status, { [key]: [] }]] as const;
    }),
  );
  let replies: typeof asStated = { ...bare, "/image/v2/images": asStated["/image/v2/images"] ?? [200, {}] };
  for (const [type, [path, key, more]] of Object.entries(listed)) {
    const items = heldOf(type).map((one) => ({
      id: idOf(one),
      name: one.inputs?.name,
      ...more(one.inputs ?? {}, one),
    }));
    replies = { ...replies, [path]: [200, { [key]: items }] };
  }
  for (const { id } of heldOf(types.zone)) {
    const own = heldOf(types.record).filter(({ inputs }) => inputs?.zoneId === id);
    const records = own.map((one) => ({ id: idOf(one), name: one.inputs?.name, type: "A", records: ["x"] }));
    const recordsets = [{ id: "soa", type: "SOA" }, { id: "ns", type: "NS" }, ...records];
    replies = { ...replies, [`/dns/v2/zones/${id}/recordsets`]: [200, { recordsets }] };
  }
  const clouds = ["network:dhcp", "network:router_interface", "network:floatingip", "Octavia"];
  for (const owner of clouds) replies = plus("/network/v2.0/ports", { id: owner, device_owner: owner }, replies);
  return plus("/network/v2.0/security-groups", { id: "g0", name: "default" }, replies);
}

const kindOf = ({ inputs }: Recorded): ObjectKind => ({
  apiVersion: String(inputs?.apiVersion),
  kind: String(inputs?.kind),
});

/** The orchestrator with what the state holds, and what its controllers make of that. */
function clusterOf(...more: readonly [ObjectKind, string][]): Cluster {
  const held = (state.deployment.resources ?? []).filter(
    ({ type, id }) => type.startsWith("kubernetes:") && id?.includes("/"),
  );
  const made: [ObjectKind, ClusterObject][] = ["Pod", "EndpointSlice"].map((kind) => [
    { apiVersion: kind === "Pod" ? "v1" : "discovery.k8s.io/v1", kind },
    { metadata: { name: "made-of-it", ownerReferences: [{ kind: "Service" }] } },
  ]);
  const byHand = more.map(([kind, name]): [ObjectKind, ClusterObject] => [kind, { metadata: { name } }]);
  const kinds = new Map([...held.map(kindOf), ...made.map(([kind]) => kind)].map((one) => [JSON.stringify(one), one]));
  return {
    kinds: async () => [...kinds.values(), ...more.map(([kind]) => kind)],
    list: async (kind, namespace) => [
      ...held
        .filter((one) => JSON.stringify(kindOf(one)) === JSON.stringify(kind) && one.id?.startsWith(`${namespace}/`))
        .map((one) => ({ metadata: { name: idOf(one) } })),
      ...[...made, ...byHand].filter(([of]) => JSON.stringify(of) === JSON.stringify(kind)).map(([, object]) => object),
    ],
    nodes: async () => heldOf(types.server).map(({ inputs }) => ({ name: String(inputs?.name), ready: true })),
    read: async () => ({}),
    remove: async () => undefined,
  };
}

const opened: { close(): void }[] = [];
afterAll(() => {
  for (const one of opened) one.close();
});

async function checked(replies: typeof asStated, cluster: Cluster, refresh: readonly object[]): Promise<Report> {
  const cloud = await fakeCloud(replies);
  opened.push(cloud);
  const credentials = { kind: "application credential", id: "a", secret: "s" } as const;
  const openstack = connect({ authUrl: cloud.authUrl, credentials, interface: "public" });
  const held = heldBy(state);
  const scans = [
    await scanCloud(openstack, { held, estate: "estate", project: "p1", image: "flatcar-1" }, false),
    await scanCluster(cluster, held),
  ];
  const { steps } = logOf(refresh);
  const program = programFindings(logOf(eventsOf(nodes, new Map())).steps);
  const { kept, known } = sift([...cloudFindings(steps), ...scans.flatMap(({ findings }) => findings), ...program]);
  const history = new History(":memory:");
  const at = new Date();
  const seen = history.record({ stack: "prod", at, findings: kept, whole: ["cloud", "unmanaged", "program"] });
  history.close();
  const troubles = scans.flatMap((scan) => scan.troubles);
  const compared = lookedAt(steps);
  return reportOf({ stack: "prod", at, seen, accepted: known, troubles, compared, sightings: 1 });
}

const untouched = () =>
  (state.deployment.resources ?? []).flatMap(({ type, urn }) => refreshed(type, urn.split("::").at(-1) ?? "", "same"));

test("an estate of 100 hosts that nobody touched has nothing to tell", { timeout: 120_000 }, async () => {
  const resources = state.deployment.resources ?? [];
  expect([heldOf(types.server).length, resources.length > 10 * hosts]).toEqual([hosts, true]);
  const [namespace = ""] = heldBy(state).namespaces;
  const workloads = await clusterOf().list({ apiVersion: "apps/v1", kind: "Deployment" }, namespace);
  expect(workloads.length).toBeGreaterThan(0);
  const report = await checked(cloudOf(), clusterOf(), untouched());
  expect(brief(report.findings)).toEqual([]);
  const { result, troubles, compared, accepted } = report;
  expect([result, exitCodes[result], troubles, compared, accepted]).toEqual(["clean", 0, [], resources.length, []]);
});

test("of the same estate one difference of each kind is told, and nothing else", { timeout: 120_000 }, async () => {
  const cloud = plus("/compute/servers/detail", { id: "s9", name: "by-hand" }, cloudOf());
  const cluster = clusterOf([{ apiVersion: "v1", kind: "ConfigMap" }, "by-hand"]);
  const renamed = refreshed(types.server, "bbb-42", "update", ["name"]);
  const of = (one: object) => JSON.stringify(one).includes(`Host$${types.server}::bbb-42"`);
  const others = untouched().filter((one) => !of(one));
  expect(others).toHaveLength(untouched().length - renamed.length);
  const report = await checked(cloud, cluster, [...others, ...renamed]);
  const [namespace] = heldBy(state).namespaces;
  expect(brief(report.findings)).toEqual([
    "cloud cosmetic bbb-42 changed",
    "unmanaged ownership by-hand unknown",
    `unmanaged ownership ${namespace}/by-hand unknown`,
  ]);
  expect(exitCodes[report.result]).toBe(2);
});
