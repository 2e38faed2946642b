import { isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { applyIgnition, fetchUserData, writtenUnits } from "./apply.ts";
import type { Break } from "./breaks.ts";
import type { Cluster } from "./cluster.ts";
import type { Console } from "./console.ts";
import type { ServerFacts } from "./decide.ts";
import { BootFailure } from "./failure.ts";
import type { HostInterface } from "./network.ts";
import type { HostPaths } from "./root/paths.ts";
import { checkAddresses } from "./static-network.ts";
import { enableUnits, verifyUnits } from "./verify.ts";

/** One boot of one host, as its steps see it. */
export interface BootContext {
  readonly cluster: Cluster;
  readonly server: ServerFacts;
  readonly paths: HostPaths;
  readonly console: Console;
  /** Says what is done now. */
  readonly step: (text: string) => void;
  /** The host is switched off. */
  readonly signal: AbortSignal;
}

/** Waits as long as the host was told to boot late, or for ever if it was told never to boot. */
export async function delay(told: Break | undefined, { console, step, signal }: BootContext): Promise<void> {
  if (told?.kind === "never-boots") {
    step("told never to boot");
    console.fail("firmware", "the host was told never to boot ('estate local break')");
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  }
  if (told?.kind === "boots-late") {
    step(`told to boot ${told.seconds} s late`);
    console.fail("firmware", `the host was told to boot ${told.seconds} s late ('estate local break')`);
    await sleep(told.seconds * 1000, undefined, { signal });
    console.recover();
  }
}

/** How a host is connected. */
export interface Connection {
  /** Path of its network namespace. */
  readonly netns: string;
  readonly nameservers: readonly string[];
  readonly interfaces: readonly HostInterface[];
}

/** Switches the links on and waits until the network is what neutron holds. */
export async function connectHost({ cluster, server, console, step, signal }: BootContext): Promise<Connection> {
  const { network, run } = cluster;
  step("waiting for its network");
  for (;;) {
    signal.throwIfAborted();
    // a server may get its port a moment after it is there, and the network may just be unable to do anything
    const found = await network
      .setPower(server.id, true)
      .then(() => network.settled(server.id))
      .catch((error: Error) => error);
    if (!(found instanceof Error)) {
      console.recover();
      const { namespace, nameservers, interfaces } = found;
      return { netns: isAbsolute(namespace) ? namespace : join(run, "netns", namespace), nameservers, interfaces };
    }
    console.fail("firmware", found.message);
    await sleep(1000, undefined, { signal });
  }
}

/** The first boot: user data, Ignition, enabled units. Returns the units that Ignition wrote; throws `BootFailure`. */
export async function installHost(
  { netns, interfaces }: Pick<Connection, "netns" | "interfaces">,
  { cluster, paths, console, step, signal }: BootContext,
): Promise<string[]> {
  const firmware = { paths, netns, console, signal };
  step("asking the metadata service for user data");
  const userData = await fetchUserData(firmware);
  if (userData === undefined) console.say("firmware", "the server has no user data; it boots as the image is");
  else if (!/^\s*\{/.test(userData)) throw new BootFailure("the user data is not an Ignition config: it is not JSON");
  step("applying Ignition");
  return cluster.limit(async () => {
    const config = userData === undefined ? {} : await applyIgnition(userData, cluster.ignition, firmware);
    await checkAddresses(paths.root, interfaces);
    const written = writtenUnits(config);
    await enableUnits(paths);
    await verifyUnits(paths, written);
    return written;
  });
}
