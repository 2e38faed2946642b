import { readdir, readFile, writeFile } from "node:fs/promises";
import { Trouble } from "../say.ts";
import { namespaceScript } from "./namespace-script.ts";
import { eachOf, run } from "./run.ts";
import { type Actual, freshTaps, type Made, nothingMade, stackBatch, tapsOf } from "./stack-script.ts";
import type { Namespace, World } from "./world.ts";

/** Brings worlds about, one after another, by what changed from one to the next. */
export interface Applier {
  /**
   * Gives back the namespaces that could not be made as they should be, with the reason; throws an `Error` when the links
   * between them could not. The next call puts right what was left undone.
   */
  apply(world: World): Promise<ReadonlyMap<string, string>>;
}

/** What a namespace was made last, or, after a failure, all that it may hold. */
interface MadeNamespace {
  readonly holds: Namespace;
  readonly sure: boolean;
}

/** Works in the namespaces this process is in, where nothing of the cloud's network may exist yet. */
export function createApplier(): Applier {
  let made = nothingMade;
  let nft: string | undefined;
  const namespaces = new Map<string, MadeNamespace>();
  /** Links whose other ends have not been set up yet. */
  const bare = new Set<string>();

  const applyStack = async (world: World): Promise<void> => {
    const actual = await readActual();
    for (const name of namespaces.keys()) if (!actual.namespaces.has(name)) namespaces.delete(name);
    const fresh = freshTaps(made, world, actual);
    for (const tap of fresh) bare.add(tap);
    const batch = stackBatch(made, world, actual, fresh);
    const next = madeBy(world);
    made = attempted(made, next, fresh);
    if (nft !== world.nft) {
      await run(["nft", "-f", "-"], world.nft);
      nft = world.nft;
    }
    if (batch.length > 0) await run(["ip", "-batch", "-"], `${batch.join("\n")}\n`);
    made = next;
  };

  const applyNamespace = async (after: Namespace): Promise<void> => {
    const before = namespaces.get(after.name);
    const script = namespaceScript(before?.holds, after, bare, before?.sure);
    if (script === undefined) return;
    // most changes are of rules alone, and of many namespaces at once: they do without a shell
    const rules = before?.sure && script === namespaceScript({ ...after, nft: "" }, after, new Set());
    if (before) namespaces.set(after.name, { holds: both(before.holds, after), sure: false });
    const inside: [string, string] = ["nsenter", `--net=/run/netns/${after.name}`];
    await (rules ? run([...inside, "nft", "-f", "-"], after.nft) : run([...inside, "sh", "-s"], script));
    namespaces.set(after.name, { holds: after, sure: true });
    for (const { tap } of after.interfaces) bare.delete(tap);
  };

  return {
    apply: async (world) => {
      await applyStack(world);
      const wanted = new Set(world.namespaces.map(({ name }) => name));
      for (const name of namespaces.keys()) if (!wanted.has(name)) namespaces.delete(name);
      const failures = new Map<string, string>();
      await eachOf(world.namespaces, 8, async (namespace) => {
        await applyNamespace(namespace).catch((error: Error) => failures.set(namespace.name, error.message));
      });
      return failures;
    },
  };
}

/** Settings of the stack's own namespace: it forwards nothing, and bridges pass frames without asking the IP filters. */
export async function prepareStackNamespace(): Promise<void> {
  const settings = {
    "net/ipv4/ip_forward": "0",
    "net/ipv6/conf/all/forwarding": "0",
    // bridges and the outer ends of links have no addresses of their own
    "net/ipv6/conf/default/disable_ipv6": "1",
    "net/bridge/bridge-nf-call-iptables": "0",
    "net/bridge/bridge-nf-call-ip6tables": "0",
    "net/bridge/bridge-nf-call-arptables": "0",
  };
  for (const [path, value] of Object.entries(settings)) await set(`/proc/sys/${path}`, value);
}

async function set(file: string, value: string): Promise<void> {
  try {
    await writeFile(file, value);
  } catch (error) {
    // without IPv6 or the bridge filter in the kernel there is nothing to switch off; without root it may be off already
    const now = await readFile(file, "utf8").catch(() => undefined);
    if (now !== undefined && now.trim() !== value) throw new Trouble(`${file} cannot be set to ${value}: ${error}`);
  }
}

async function readActual(): Promise<Actual> {
  const [devices, namespaces] = await Promise.all([readFile("/proc/net/dev", "utf8"), readdir("/run/netns")]);
  const links = devices.split("\n").flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? []);
  return { links: new Set(links), namespaces: new Set(namespaces) };
}

function madeBy(world: World): Made {
  const taps = tapsOf(world);
  const bridges = new Map(world.bridges.map((bridge) => [bridge.name, bridge]));
  return {
    bridges,
    taps,
    ownLinks: new Set([...bridges.keys(), ...taps.keys()]),
    ownNamespaces: new Set(world.namespaces.map(({ name }) => name)),
    sure: true,
  };
}

/** What may be there when the attempt to get from `before` to `next` fails. Links that were to be made are made anew. */
function attempted(before: Made, next: Made, fresh: ReadonlySet<string>): Made {
  return {
    bridges: new Map(),
    taps: new Map([...before.taps].filter(([tap]) => !fresh.has(tap))),
    ownLinks: new Set([...before.ownLinks, ...next.ownLinks]),
    ownNamespaces: new Set([...before.ownNamespaces, ...next.ownNamespaces]),
    sure: false,
  };
}

function both(before: Namespace, after: Namespace): Namespace {
  const older = new Map(before.interfaces.map((item) => [item.tap, item]));
  return {
    ...after,
    interfaces: after.interfaces.map((item) => ({
      ...item,
      addresses: [...new Set([...(older.get(item.tap)?.addresses ?? []), ...item.addresses])],
    })),
    routes: [...before.routes, ...after.routes],
  };
}
