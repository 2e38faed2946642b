import type { V1Node, V1Pod } from "@kubernetes/client-node";
import type { Cloud, Server } from "../../../cli/gate/cloud.ts";
import { type Cluster, cordonMark, type Lease } from "../../../cli/gate/cluster.ts";
import type { Gate } from "../../../cli/gate/gate.ts";
import { gateJournal } from "../../../cli/gate/journal.ts";
import { Rollout } from "../../../stacks/schema/role.ts";

/** A cluster and a cloud in memory, with a clock that does not wait. Everything done to them is in `events`. */
export interface World {
  readonly events: string[];
  readonly said: string[];
  /** `step state text` of each entry in the journal. */
  readonly journal: string[];
  readonly nodes: Map<string, V1Node>;
  readonly pods: V1Pod[];
  readonly servers: Map<string, Server>;
  console: string;
  lease: Lease | undefined;
  /** Set, the API throws this. */
  unreachable: string | undefined;
  /** Called at every sleep, with the milliseconds since the start: how the world changes by itself. */
  onTick: (now: number) => void;
  /** A pod that does not end although it is told to. */
  stubborn: string | undefined;
  /** Why a pod must stay now. */
  budget: (pod: V1Pod) => string | undefined;
}

export interface NodeOptions {
  readonly uuid?: string;
  readonly ready?: boolean;
  readonly version?: string;
  readonly member?: boolean;
  readonly boot?: string;
  /** By an operator. */
  readonly cordoned?: boolean;
}

export function node(name: string, options: NodeOptions = {}): V1Node {
  const { uuid = `${name}-server`, ready = true, version = "v1.34.2+k3s1" } = options;
  const { member = false, boot = `${name}-boot`, cordoned = false } = options;
  const conditions = [{ type: "Ready", status: ready ? "True" : "False", message: ready ? "" : "PLEG is not healthy" }];
  return {
    metadata: { name, uid: `${name}-uid`, labels: member ? { "node-role.kubernetes.io/etcd": "true" } : {} },
    ...(cordoned ? { spec: { unschedulable: true } } : {}),
    status: { nodeInfo: { systemUUID: uuid, kubeletVersion: version, bootID: boot }, conditions },
  } as unknown as V1Node;
}

export function pod(name: string, more: object = {}): V1Pod {
  return { metadata: { name, namespace: "estate", ...more }, status: { phase: "Running" } };
}

export function world(): World {
  return {
    ...{ events: [], said: [], journal: [], nodes: new Map(), pods: [], servers: new Map(), console: "" },
    ...{
      stubborn: undefined,
      lease: undefined,
      unreachable: undefined,
      onTick: () => undefined,
      budget: () => undefined,
    },
  };
}

/** The gate of `host` in that world; its server is `<host>-server`. */
export function gate(host: string, of: World, more: Partial<Gate> = {}): Gate {
  let now = 0;
  return {
    ...{ host, serverId: `${host}-server`, version: "v1.34.2+k3s1", role: "worker", destroy: false },
    ...{ cluster: clusterOf(of), cloud: cloudOf(of), say: (line) => void of.said.push(line) },
    clock: {
      now: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
        of.onTick(now);
      },
    },
    rolloutOf: () => Rollout.parse({ joinMinutes: 2, drainMinutes: 3, soakMinutes: 1 }),
    journal: gateJournal(
      ({ step, state, text }) => void of.journal.push([step, state, text].filter(Boolean).join(" ")),
      { stack: "test", host, server: `${host}-server` },
      "drain",
    ),
    peers: [],
    served: async () => [...of.nodes.keys()],
    abandoned: async () => false,
    hold: () => undefined,
    underWay: async () => [],
    ...more,
  };
}

function clusterOf(of: World): Cluster {
  const api = <T>(act: () => T): Promise<T> =>
    of.unreachable ? Promise.reject(new Error(of.unreachable)) : Promise.resolve(act());
  return {
    node: (name) => api(() => of.nodes.get(name)),
    nodes: () => api(() => [...of.nodes.values()]),
    cordon: (name, marked) =>
      api(() => {
        of.events.push(`cordon ${name}`);
        const found = of.nodes.get(name);
        if (!found) return;
        const annotations = { ...found.metadata?.annotations, ...(marked ? { [cordonMark]: "true" } : {}) };
        of.nodes.set(name, {
          ...found,
          metadata: { ...found.metadata, annotations },
          spec: { ...found.spec, unschedulable: true },
        });
      }),
    uncordon: (name) =>
      api(() => {
        of.events.push(`uncordon ${name}`);
        const found = of.nodes.get(name);
        if (found) of.nodes.set(name, { ...found, metadata: { ...found.metadata, annotations: {} }, spec: {} });
      }),
    deletePod: (one) =>
      api(() => {
        of.events.push(`end ${one.metadata?.name}`);
        if (of.stubborn !== one.metadata?.name) of.pods.splice(of.pods.indexOf(one), 1);
      }),
    podsOn: () => api(() => [...of.pods]),
    evict: (one) =>
      api(() => {
        const reason = of.budget(one);
        if (reason) return reason;
        of.events.push(`evict ${one.metadata?.name}`);
        const at = of.pods.indexOf(one);
        // without a kubelet nobody ends it
        const told = { ...one, metadata: { ...one.metadata, deletionTimestamp: new Date() } };
        if (of.stubborn === one.metadata?.name) of.pods.splice(at, 1, told);
        else of.pods.splice(at, 1);
        return undefined;
      }),
    deleteNode: (name) =>
      api(() => {
        of.events.push(`delete node ${name}`);
        of.nodes.delete(name);
      }),
    lease: () => api(() => of.lease),
    writeLease: (_, lease) =>
      api(() => {
        const { resourceVersion: now } = of.lease?.metadata ?? {};
        // another has written it since it was read
        if (now !== lease.metadata?.resourceVersion) return false;
        of.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(Number(now ?? 0) + 1) } };
        return true;
      }),
    deleteLease: () =>
      api(() => {
        of.lease = undefined;
      }),
  };
}

function cloudOf(of: World): Cloud {
  return {
    server: async (id) => of.servers.get(id),
    consoleLog: async () => of.console,
    stop: async (id) => {
      of.events.push(`stop ${id}`);
      const server = of.servers.get(id);
      if (server) of.servers.set(id, { ...server, status: "SHUTOFF" });
    },
    orchestrators: async () => [...of.servers.keys()].filter((id) => id.startsWith("orchestrator")),
  };
}
