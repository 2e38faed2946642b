import { entries, maybe, type Random } from "./random.ts";

export interface GeneratedRole {
  runs?: string[];
  flavor: string;
  publicAddress?: boolean;
  antiAffinity?: string;
  labels?: Record<string, string>;
  taints?: Record<string, { value?: string; effect: string }>;
  volumes?: Record<string, { sizeGiB: number; type?: string; path: string }>;
  hosts?: Record<string, { site?: string; availabilityZone?: string; generation?: number }>;
  count?: number;
  rollout?: {
    width?: number;
    joinMinutes?: number;
    drainMinutes?: number;
    soakMinutes?: number;
    afterDrainMinutes?: string;
  };
}

/** Workloads that may be a role of their name; others can only be what a role runs. */
const named = ["turn", "bbb", "greenlight", "scalelite", "monitoring"];
const others = ["pods", "greenlight", "scalelite", "monitoring"];

/** The orchestrator and up to eight roles beside it, in any order. */
export function rolesOf(random: Random, sites: readonly string[]): Record<string, GeneratedRole> {
  const names = random.some(["orchestrator", ...named, "worker", "edge", "batch-2"]);
  const roles = [...new Set([...names, "orchestrator"])].map((name) => [name, roleOf(random, name, sites)] as const);
  return Object.fromEntries(roles);
}

function roleOf(random: Random, name: string, sites: readonly string[]): GeneratedRole {
  const runs = runsOf(random, name);
  const count = name === "orchestrator" ? random.pick([1, 3, 5, 7]) : random.whole(0, 4);
  const open = name === "orchestrator" || runs.some((workload) => workload === "bbb" || workload === "turn");
  const datastore = { sizeGiB: 20, path: "/var/lib/rancher" };
  const volumes = {
    ...(random.chance(0.3) ? volumesOf(random) : {}),
    ...(name === "orchestrator" && count === 1 ? { datastore } : {}),
  };
  return {
    ...(named.includes(name) || name === "orchestrator" ? maybe(random, { runs }) : { runs }),
    flavor: random.pick(["m1.small", "m1.large", "c5 huge"]),
    ...(open || random.chance(0.2) ? { publicAddress: true } : maybe(random, { publicAddress: false })),
    ...maybe(random, { antiAffinity: random.pick(["none", "soft", "hard"]) }),
    ...maybe(random, { labels: entries(random, ["example.org/disk", "rack"], (index) => ["ssd", "B-7"][index] ?? "") }),
    ...maybe(random, { taints: taintsOf(random) }),
    ...(Object.keys(volumes).length > 0 ? { volumes } : {}),
    ...hostsOf(random, { name, count, sites }),
    ...maybe(random, { rollout: rolloutOf(random, name) }),
  };
}

function runsOf(random: Random, name: string): string[] {
  if (name === "orchestrator" || name === "turn" || name === "bbb") return [name];
  if (named.includes(name)) return [name, ...random.some(others.filter((other) => other !== name))];
  return random.chance(0.3) ? [random.pick(["bbb", "turn"]), ...random.some(others)] : random.some(others, 1);
}

/** Counted, where there is one site only; otherwise each says where it is. */
function hostsOf(
  random: Random,
  { name, count, sites }: { readonly name: string; readonly count: number; readonly sites: readonly string[] },
): Pick<GeneratedRole, "hosts" | "count"> {
  if (sites.length === 1 && random.chance(0.5)) return { count };
  const hosts = Array.from({ length: count }, (_, index) => {
    const site = sites.length > 1 || random.chance(0.3) ? { site: random.pick(sites) } : {};
    const zone = maybe(random, { availabilityZone: random.pick(["az1", "az9"]) });
    return [
      `${name}-${index + 1}`,
      { ...site, ...zone, ...maybe(random, { generation: random.whole(0, 3) }) },
    ] as const;
  });
  return { hosts: Object.fromEntries(hosts) };
}

function taintsOf(random: Random) {
  return entries(random, ["estate/dedicated", "gpu"], () => ({
    ...maybe(random, { value: random.pick(["bbb", ""]) }),
    effect: random.pick(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
  }));
}

function volumesOf(random: Random) {
  return entries(random, ["data", "recordings"], (index) => ({
    sizeGiB: random.whole(1, 16_384),
    ...maybe(random, { type: random.pick(["ssd", "Bulk storage"]) }),
    path: ["/srv/data", "/var/lib/recordings"][index] ?? "",
  }));
}

function rolloutOf(random: Random, name: string) {
  return {
    ...maybe(random, { width: name === "orchestrator" ? 1 : random.whole(1, 20) }),
    ...maybe(random, { joinMinutes: random.pick([0.5, 20, 240]) }),
    ...maybe(random, { drainMinutes: random.pick([0.1, 1440]) }),
    ...maybe(random, { soakMinutes: random.pick([0, 0.05, 240]) }),
    ...maybe(random, { afterDrainMinutes: random.pick(["abort", "wait", "force"]) }),
  };
}
