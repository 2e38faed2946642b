import type { Bridge, Interface, World } from "./world.ts";

/** What there is in the stack's namespace, as the kernel says. */
export interface Actual {
  readonly links: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

/** The stack's end of an interface, and the namespace it leads to. */
export interface Tap extends Interface {
  readonly namespace: string;
}

/** What was made last. */
export interface Made {
  readonly bridges: ReadonlyMap<string, Bridge>;
  readonly taps: ReadonlyMap<string, Tap>;
  /** Links and namespaces that were made, or that a failed attempt may have made: nothing else is ever deleted. */
  readonly ownLinks: ReadonlySet<string>;
  readonly ownNamespaces: ReadonlySet<string>;
  /** False after a failed attempt: then everything is set again. */
  readonly sure: boolean;
}

export const nothingMade: Made = {
  bridges: new Map(),
  taps: new Map(),
  ownLinks: new Set(),
  ownNamespaces: new Set(),
  sure: true,
};

/** Every link between the stack's namespace and the others. */
export function tapsOf(world: World): Map<string, Tap> {
  const taps = world.namespaces.flatMap(({ name: namespace, interfaces }) =>
    interfaces.map((item) => ({ ...item, namespace })),
  );
  return new Map(taps.map((tap) => [tap.tap, tap]));
}

/** Taps that have to be made: new ones, and those whose interface cannot become what it must be by a change. */
export function freshTaps(made: Made, world: World, actual: Actual): Set<string> {
  const fresh = [...tapsOf(world).values()].filter((tap) => {
    const old = made.taps.get(tap.tap);
    const same = old?.namespace === tap.namespace && old.name === tap.name && old.mac === tap.mac;
    return !same || !actual.links.has(tap.tap) || !actual.namespaces.has(tap.namespace);
  });
  return new Set(fresh.map(({ tap }) => tap));
}

/**
 * The lines for `ip -batch` that make bridges, namespaces and the links between them, and take away those not wanted any
 * more. Links are plugged in here; nothing passes before the namespace's own script has brought up its end.
 */
export function stackBatch(made: Made, world: World, actual: Actual, fresh: ReadonlySet<string>): string[] {
  const taps = tapsOf(world);
  const bridges = new Set(world.bridges.map(({ name }) => name));
  const namespaces = new Set(world.namespaces.map(({ name }) => name));
  const stays = (link: string) => bridges.has(link) || (taps.has(link) && !fresh.has(link));
  return [
    ...[...made.ownLinks].filter((link) => actual.links.has(link) && !stays(link)).map((link) => `link delete ${link}`),
    ...[...made.ownNamespaces]
      .filter((name) => actual.namespaces.has(name) && !namespaces.has(name))
      .map((name) => `netns delete ${name}`),
    ...[...namespaces].filter((name) => !actual.namespaces.has(name)).map((name) => `netns add ${name}`),
    ...world.bridges.flatMap((bridge) => bridgeLines(made, bridge, actual)),
    ...[...taps.values()].flatMap((tap) => (fresh.has(tap.tap) ? freshTapLines(tap) : tapLines(made, tap))),
  ];
}

function bridgeLines(made: Made, bridge: Bridge, actual: Actual): string[] {
  const { name, mac, mtu, up, addresses } = bridge;
  const exists = actual.links.has(name);
  if (exists && made.sure && JSON.stringify(made.bridges.get(name)) === JSON.stringify(bridge)) return [];
  return [
    ...(exists ? [] : [`link add name ${name} address ${mac} type bridge mcast_snooping 0`]),
    ...addresses.map((address) => `address replace ${address} dev ${name}`),
    `link set ${name} mtu ${mtu} ${up ? "up" : "down"}`,
  ];
}

function freshTapLines({ tap, mtu, name, mac, namespace, bridge, up }: Tap): string[] {
  return [
    `link add ${tap} mtu ${mtu} type veth peer name ${name} address ${mac} mtu ${mtu} netns ${namespace}`,
    `link set ${tap} master ${bridge}`,
    ...(up ? [`link set ${tap} up`] : []),
  ];
}

function tapLines(made: Made, { tap, mtu, bridge, up }: Tap): string[] {
  const old = made.sure ? made.taps.get(tap) : undefined;
  return [
    ...(old?.mtu === mtu ? [] : [`link set ${tap} mtu ${mtu}`]),
    ...(old?.bridge === bridge ? [] : [`link set ${tap} master ${bridge}`]),
    ...(old?.up === up ? [] : [`link set ${tap} ${up ? "up" : "down"}`]),
  ];
}
