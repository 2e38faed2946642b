import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { serveApi } from "./api.ts";
import { parseDeclared } from "./declared.ts";
import { Leader } from "./leader.ts";
import { leaseStore, nodeSights } from "./leases.ts";
import { Registrator } from "./registrator.ts";
import { connectScalelite } from "./scalelite.ts";
import { sightsOf } from "./sights.ts";
import { troubleOf } from "./trouble.ts";

export interface Settings {
  /** The declared state, which may change while it runs. */
  readonly file: string;
  /** Name of this replica: that of its pod. */
  readonly me: string;
  readonly namespace: string;
  readonly kubernetes: KubeConfig;
  /** 0 for any that is free. */
  readonly port: number;
  /** @default all addresses, as a pod must */
  readonly address?: string;
  /** Seconds after which a lease that is not renewed is anyone's; it is looked at five times as often. @default 15 */
  readonly leaseSeconds?: number;
  readonly say: (line: string) => void;
}

/** A replica that runs. */
export interface Running {
  readonly port: number;
  readonly registrator: Registrator;
  readonly leader: Leader;
  /** Ends it, and gives the lease back. */
  stop(): Promise<void>;
  /** Ends it as a kill does: nothing is given back. */
  kill(): void;
}

/** The name of the lease, and of everything else that is the registrator's. */
export const leaseName = "registrator";

/** Starts a replica. @throws Error when it cannot listen */
export async function run(settings: Settings): Promise<Running> {
  const { file, me, namespace, kubernetes, say, leaseSeconds = 15 } = settings;
  const store = leaseStore(kubernetes, namespace, leaseName, leaseSeconds);
  const leader = new Leader(store, { me, leaseSeconds, clock: () => performance.now() });
  const [leaseTrouble, consulTrouble] = [troubleOf("the lease", say), troubleOf("Consul is not asked now", say)];
  const registrator = new Registrator({
    ...{ store, me, say, now: Date.now, leads: () => leader.leads },
    declared: async () => parseDeclared(await readFile(file, "utf8")),
    scalelite: ({ scalelite, algorithm }) => connectScalelite({ ...scalelite, algorithm }),
    sights: (declared) => sightsOf(declared, () => nodeSights(kubernetes), consulTrouble),
  });
  const ended = new AbortController();
  const loops = [
    repeat(ended.signal, async () => {
      await leader.campaign().then(
        () => leaseTrouble(""),
        (error: Error) => leaseTrouble(error.message),
      );
      return leaseSeconds / 5;
    }),
    repeat(ended.signal, async () => {
      const done = await registrator.pass();
      // what was done is looked at soon, but not at once: others do things, too
      const seconds = registrator.look?.declared.passSeconds ?? 5;
      return done ? Math.min(1, seconds) : seconds;
    }),
  ];
  const server = serveApi({ registrator, leader, store, now: Date.now });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(settings.port, settings.address, resolve);
  });
  const kill = () => {
    ended.abort();
    server.close();
    server.closeAllConnections();
  };
  return {
    ...{ port: (server.address() as AddressInfo).port, registrator, leader, kill },
    stop: async () => {
      kill();
      await Promise.all(loops);
      await leader.resign();
    },
  };
}

/** Again and again, after as many seconds as the act gives. */
async function repeat(ended: AbortSignal, act: () => Promise<number>): Promise<void> {
  while (!ended.aborted) {
    const seconds = await act();
    // ending it cuts the wait short
    await setTimeout(seconds * 1000, undefined, { signal: ended }).catch(() => undefined);
  }
}
