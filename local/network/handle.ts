import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStack } from "../openstack-client/client.ts";
import { Trouble } from "../say.ts";
import type { Supervisor } from "../service.ts";
import { createApplier, prepareStackNamespace } from "./apply.ts";
import { createHaproxy, haproxyFiles } from "./haproxy.ts";
import type { InterfaceNames } from "./names.ts";
import { plan } from "./plan.ts";
import { createReconciler, type Reconciler, type Report } from "./reconcile.ts";
import { type Part, parts } from "./source.ts";
import { type Question, whyBlocked } from "./why-blocked.ts";
import type { HostNetwork, World } from "./world.ts";

/** The network of the stack, as the daemon and the part that boots hosts see it. */
export interface NetworkHandle {
  /** Server id to its network, for every server with a port, as last brought about. */
  hosts(): ReadonlyMap<string, HostNetwork>;
  /**
   * Resolves when the network of a server is what neutron holds at the time of the call, metadata included, and says what
   * it is. Waits as long as neutron does not answer (`status` says so). Throws `Trouble` when the server has no port,
   * or its namespace could not be made (which is tried again all the same).
   */
  settled(serverId: string): Promise<HostNetwork>;
  /** Plugs the links of a server in, or out. Servers are plugged in until told otherwise. */
  setPower(serverId: string, on: boolean): Promise<void>;
  /** One sentence that says what in neutron keeps a connection from being opened; nothing if nothing does. */
  whyBlocked(question: Question): Promise<string | undefined>;
  status(): NetworkStatus;
  stop(): void;
}

/** What `estate local status` says about the network. */
export interface NetworkStatus {
  readonly state: "ready" | "degraded";
  /** Why the network is perhaps not what neutron holds, one sentence each. */
  readonly failures: readonly string[];
  /** What the cloud holds and the local network does not do, one sentence each. */
  readonly notes: readonly string[];
  readonly hosts: number;
  readonly routers: number;
  readonly loadBalancers: number;
  /** When each service was last read, and how long it took. */
  readonly reads: Report["reads"];
  /** When the network was last made as it was read, and how long it took. */
  readonly applied?: Report["applied"];
}

/** What the network is made from. */
export interface NetworkParts {
  /** As the admin, who sees every project. */
  readonly cloud: OpenStack;
  readonly supervisor: Supervisor;
  /** Shared with nova's metadata service. */
  readonly metadataSecret: string;
  /** Seconds to wait for the first look at the cloud. @default 120 */
  readonly firstSeconds?: number;
  /** Calls back when a service says that something of its own changed. */
  readonly subscribe: (service: Part, told: () => void) => () => void;
}

/** Makes what the cloud holds true in the namespaces this process is in, and keeps it so. */
export async function keepNetwork(given: NetworkParts): Promise<NetworkHandle> {
  const metadata = createHaproxy("metadata", given.supervisor);
  const balancers = createHaproxy("balancers", given.supervisor);
  const sockets = { metadata: haproxyFiles("metadata").socket, balancers: haproxyFiles("balancers").socket };
  const off = new Set<string>();
  const applier = createApplier();
  let world: World | undefined;
  let failed: ReadonlyMap<string, string> = new Map();
  let interfaces: ReadonlyMap<string, InterfaceNames> = new Map();

  await prepareStackNamespace();
  const reconciler = createReconciler(given.cloud, async (state) => {
    const planned = plan(state, { interfaces, off, metadataSecret: given.metadataSecret, sockets });
    failed = await applier.apply(planned.world);
    ({ world, interfaces } = planned);
    metadata.configure(world.metadata);
    balancers.configure(world.balancers);
    return { interfaces, failures: [...failed.values()] };
  });
  const unsubscribe = parts.map((part) => given.subscribe(part, () => reconciler.touch(part)));
  await firstLook(reconciler, given.firstSeconds ?? 120);

  return {
    hosts: () => world?.hosts ?? new Map(),
    settled: async (serverId) => {
      await reconciler.fresh("neutron");
      // of several ports nova knows the order
      const several = (world?.hosts.get(serverId)?.interfaces.length ?? 0) > 1;
      if (several && !interfaces.get(serverId)?.stable) await reconciler.fresh("nova");
      await metadata.inForce();
      const host = world?.hosts.get(serverId);
      if (!host) throw new Trouble(`server ${serverId} has no port in neutron, so it has no network`);
      const failure = failed.get(host.namespace);
      if (failure !== undefined) throw new Trouble(`the network of server ${serverId} could not be made: ${failure}`);
      return host;
    },
    setPower: async (serverId, on) => {
      if (off.has(serverId) !== on) return;
      if (on) off.delete(serverId);
      else off.add(serverId);
      await reconciler.again();
    },
    whyBlocked: async (question) => {
      // an explanation from what was read last is better than none
      await Promise.race([reconciler.fresh(...parts), sleep(5000)]);
      return whyBlocked(reconciler.state(), question, off);
    },
    status: () => statusOf(reconciler, world, [metadata.failure(), balancers.failure()]),
    stop: () => {
      for (const end of unsubscribe) end();
      reconciler.stop();
    },
  };
}

async function firstLook(reconciler: Reconciler, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = reconciler.report().failures.join("; ") || "no answer";
      reject(new Trouble(`the network could not be made as neutron has it within ${seconds} s: ${reason}`));
    }, seconds * 1000);
  });
  try {
    await Promise.race([reconciler.fresh(...parts), late]);
  } finally {
    clearTimeout(timer);
  }
}

function statusOf(
  reconciler: Reconciler,
  world: World | undefined,
  haproxy: readonly (string | undefined)[],
): NetworkStatus {
  const { failures: own, reads, applied } = reconciler.report();
  const failures = [...own, ...haproxy.filter((failure) => failure !== undefined)];
  const count = (prefix: string) => world?.namespaces.filter(({ name }) => name.startsWith(prefix)).length ?? 0;
  return {
    state: failures.length > 0 ? "degraded" : "ready",
    failures,
    notes: world?.notes ?? [],
    hosts: world?.hosts.size ?? 0,
    routers: count("router-"),
    loadBalancers: count("lb-"),
    reads,
    ...(applied && { applied }),
  };
}
