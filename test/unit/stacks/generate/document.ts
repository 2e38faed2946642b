import { keys } from "../administrators.ts";
import { authority } from "../authority.ts";
import { entries, maybe, type Random } from "./random.ts";
import { type GeneratedRole, rolesOf } from "./roles.ts";

/** An estate document that is right, as plain data. */
export interface GeneratedDocument {
  name?: string;
  zone: string;
  admins: { cidrs: Record<string, string>; keys?: Record<string, string> };
  network: {
    mode: string;
    addressing?: string;
    external?: string;
    mtu?: number;
    reverseRanges?: Record<string, string>;
    nameservers: Record<string, string>;
    timeServers?: Record<string, string>;
    downloads: Record<string, { cidr: string; port: number }>;
  };
  sites: Record<string, { cidr: string; availabilityZone?: string; network?: string; reverseZone?: boolean }>;
  image: { name: string };
  logs?: { address: string; port?: number; caCert?: string };
  orchestrator: {
    k3s: { version?: string; url: string; sha512: string; images?: { url: string; sha512: string } };
    api?: { front?: string; site?: string };
    podCidr?: string;
    serviceCidr?: string;
    nodePorts?: { from: number; to: number };
    registries?: Record<string, { endpoints: string[]; ca?: string; user?: string }>;
  };
  roles: Record<string, GeneratedRole>;
  removal?: { volumes: Record<string, string> };
}

/** A document of any shape that the operators may write. */
export function generateDocument(random: Random): GeneratedDocument {
  const mode = random.pick(["private", "provider"]);
  const sites = sitesOf(random, mode);
  const roles = rolesOf(random, Object.keys(sites));
  const { network, orchestrator } = networkOf(random, mode);
  return {
    ...maybe(random, { name: random.pick(["estate", "meet", "vc-2"]) }),
    zone: random.pick(["meet.example.org", "estate.test", "a.b-c.example.net"]),
    admins: {
      cidrs: entries(random, ["office", "home", "on-call", "vpn"], adminRange),
      ...maybe(random, { keys: entries(random, ["anna", "ben"], (index) => Object.values(keys)[index] ?? "") }),
    },
    ...{ network, sites, roles },
    orchestrator: {
      ...orchestrator,
      ...maybe(random, { api: apiOf(random, roles, { sites, network, orchestrator }) }),
    },
    image: { name: random.pick(["flatcar-stable", "Flatcar 4230.2.1"]) },
    ...maybe(random, { logs: logsOf(random) }),
    ...maybe(random, {
      removal: { volumes: entries(random, ["gone-01-data", "gone-02-data"], () => random.pick(["keep", "delete"])) },
    }),
  };
}

type Surroundings = Pick<GeneratedDocument, "sites" | "network" | "orchestrator">;

/** A single server has nothing before it. A VIP is on one network of the estate's own, and its image comes from somewhere. */
function apiOf(random: Random, roles: GeneratedDocument["roles"], { sites, network, orchestrator }: Surroundings) {
  const { count, hosts = {} } = roles.orchestrator ?? {};
  const servers = Object.values(hosts);
  if ((count ?? servers.length) === 1) return { front: "hosts" };
  const together = count !== undefined || new Set(servers.map(({ site }) => site)).size === 1;
  const pulled = Object.values(network.downloads).some(({ port }) => port === 443) || orchestrator.registries?.["*"];
  return random.pick([
    { front: "hosts" },
    { front: "loadBalancer", site: random.pick(Object.keys(sites)) },
    ...(network.mode === "private" && together && pulled ? [{ front: "vip" }] : []),
  ]);
}

function logsOf(random: Random): NonNullable<GeneratedDocument["logs"]> {
  const caCert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  return { address: "192.0.2.99", ...maybe(random, { port: random.whole(1, 65_535) }), ...maybe(random, { caCert }) };
}

/** Disjoint: their second byte is their own. */
function sitesOf(random: Random, mode: string): GeneratedDocument["sites"] {
  return entries(random, ["main", "north", "south"], (index) => ({
    cidr: random.pick([`10.${100 + index}.0.0/16`, `10.${100 + index}.4.0/22`, `10.${100 + index}.7.128/25`]),
    ...maybe(random, { availabilityZone: random.pick(["az1", "az2"]) }),
    ...(mode === "provider" ? { network: random.pick(["campus", "dmz"]) } : {}),
    ...maybe(random, { reverseZone: random.chance(0.5) }),
  }));
}

function adminRange(index: number): string {
  return [`198.51.100.${16 * index}/28`, `203.0.113.${index}/32`, `10.${200 + index}.0.0/16`][index % 3] ?? "";
}

/** Both, because hosts must be able to reach what k3s and images are downloaded from. */
function networkOf(random: Random, mode: string): Pick<GeneratedDocument, "network" | "orchestrator"> {
  const { url, mirror } = random.pick([
    { url: "http://192.0.2.80/k3s", mirror: { cidr: "192.0.2.80/32", port: 80 } },
    { url: "https://192.0.2.81/k3s", mirror: { cidr: "192.0.2.64/26", port: 443 } },
    { url: "https://mirror.example.org:8443/v1/k3s", mirror: { cidr: "192.0.2.80/32", port: 8443 } },
  ]);
  const registries = entries(random, ["registry", "packages"], (index) => ({
    cidr: `192.0.2.9${index}/32`,
    port: 443,
  }));
  return {
    network: {
      mode,
      ...maybe(random, { addressing: random.pick(["dhcp", "static"]) }),
      ...(mode === "private" ? { external: "public", ...ownNetworkOf(random) } : {}),
      nameservers: entries(random, ["first", "second", "third"], (index) => `192.0.2.${53 + index}`),
      ...maybe(random, { timeServers: entries(random, ["campus", "backup"], (index) => `192.0.2.${123 + index}`) }),
      downloads: { mirror, ...(random.chance(0.5) ? registries : {}) },
    },
    orchestrator: {
      k3s: {
        ...{ url, sha512: "0123456789abcdef".repeat(8), ...maybe(random, { version: "v1.34.2+k3s1" }) },
        ...maybe(random, {
          images: { url: `${url}${random.pick([".tar", ".tar.zst", ".tgz"])}`, sha512: "ef".repeat(64) },
        }),
      },
      ...maybe(random, { podCidr: random.pick(["172.16.0.0/14", "10.42.0.0/16"]) }),
      ...maybe(random, { serviceCidr: random.pick(["172.20.0.0/16", "10.43.0.0/16"]) }),
      ...maybe(random, { registries: registriesAt(random, new URL(url)) }),
      ...maybe(random, { nodePorts: { from: random.whole(11_000, 12_000), to: random.whole(12_000, 16_000) } }),
    },
  };
}

function ownNetworkOf(random: Random): Pick<GeneratedDocument["network"], "mtu" | "reverseRanges"> {
  const range = (index: number) => random.pick([`203.0.${112 + index}.0/24`, `172.${30 + index}.0.0/18`]);
  return {
    ...maybe(random, { mtu: random.whole(1280, 9000) }),
    ...maybe(random, { reverseRanges: entries(random, ["public", "dmz"], range) }),
  };
}

/** Mirrors where hosts reach them; those of one host have one authority. */
function registriesAt(random: Random, { origin, protocol }: URL): GeneratedDocument["orchestrator"]["registries"] {
  const trusted = protocol === "https:" && random.chance(0.5) ? { ca: authority } : {};
  return entries(random, ["docker.io", "registry.example.org:5000", "*"], (index) => ({
    endpoints: [`${origin}${["", "/", "/v2/all"][index]}`],
    ...trusted,
    // a password goes nowhere in clear, and there is none for all registries
    ...(protocol === "https:" && index < 2 ? maybe(random, { user: random.pick(["robot$estate", "anna"]) }) : {}),
  }));
}
