import { ports } from "../../../../stacks/ports.ts";
import { keys } from "../administrators.ts";
import { authority } from "../authority.ts";
import type { Random } from "../generate/random.ts";
import type { Break } from "./break.ts";
import type { Path } from "./places.ts";

// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
type Document = any;
type Role = [name: string, role: Document];

/** One of the roles that are meant. */
function roleOf(document: Document, random: Random, is: (role: Role) => boolean): Role | undefined {
  const all = Object.entries<Document>(document.roles).filter(is);
  return all.length > 0 ? random.pick(all) : undefined;
}

const other = ([name]: Role) => name !== "orchestrator";
const size = ({ hosts, count = 0 }: Document) => (hosts ? Object.keys(hosts).length : count);
const runs = ([name, role]: Role): readonly string[] => role.runs ?? [name];

/** So many servers of the orchestrator, written as they are now. */
function servers(document: Document, count: number): Path {
  const role = document.roles.orchestrator;
  const site = Object.keys(document.sites)[0];
  if (role.hosts)
    role.hosts = Object.fromEntries(Array.from({ length: count }, (_, index) => [`o-${index}`, { site }]));
  else role.count = count;
  return ["roles", "orchestrator", role.hosts ? "hosts" : "count"];
}

/** Breaks something in a role, if there is one that is meant. */
const inRole =
  (is: (role: Role) => boolean, change: (role: Role, document: Document, random: Random) => Path): Break =>
  (document, random) => {
    const role = roleOf(document, random, is);
    return role && [["roles", role[0], ...change(role, document, random)]];
  };

/** Writes something that is there a second time, under another name. */
const twice =
  (path: readonly [string, string]): Break =>
  (document, random) => {
    const entries = document[path[0]][path[1]];
    if (!entries) return undefined;
    const [name, value] = random.pick(Object.entries(entries));
    entries.again = structuredClone(value);
    return [
      [...path, "again"],
      [...path, name],
    ];
  };

/** Rules that cross fields. */
export const crossing: Readonly<Record<string, Break>> = {
  "there is no orchestrator": (document) => {
    delete document.roles.orchestrator;
    return [["roles", "orchestrator"]];
  },
  "the orchestrator's servers are of no odd number": (document, random) => [
    servers(document, random.pick([0, 2, 4, 6, 8, 9])),
  ],
  "a single server has no volume for its datastore": (document) => {
    servers(document, 1);
    delete document.roles.orchestrator.volumes;
    return [["roles", "orchestrator", "volumes"]];
  },
  "two servers may leave at once": (document, random) => {
    document.roles.orchestrator.rollout = { width: random.whole(2, 20) };
    return [["roles", "orchestrator", "rollout", "width"]];
  },
  "the API cannot be reached": (document, random) => {
    document.roles.orchestrator.publicAddress = random.pick([false, undefined]);
    if (document.roles.orchestrator.publicAddress === undefined) delete document.roles.orchestrator.publicAddress;
    return [["roles", "orchestrator", "publicAddress"]];
  },
  "another role is an orchestrator too": inRole(other, ([, role]) => {
    role.runs = ["orchestrator"];
    return ["runs"];
  }),
  "bbb and turn share hosts": inRole(other, ([, role]) => {
    Object.assign(role, { runs: ["bbb", "turn"], publicAddress: true });
    return ["runs"];
  }),
  "media cannot reach a host": inRole(
    (role) => runs(role).some((workload) => workload === "bbb" || workload === "turn"),
    ([, role]) => {
      delete role.publicAddress;
      return ["publicAddress"];
    },
  ),
  "nothing runs on a role": inRole(other, ([, role]) => {
    role.runs = [];
    return ["runs"];
  }),
  "a role is named like the group of all hosts": (document) => {
    document.roles.hosts = { runs: ["pods"], flavor: "m1.small", hosts: {} };
    return [["roles", "hosts"]];
  },
  "there are hosts and a count": inRole(
    () => true,
    ([, role]) => {
      if (role.hosts) role.count = size(role);
      else role.hosts = {};
      return ["hosts"];
    },
  ),
  "there are neither hosts nor a count": inRole(
    () => true,
    ([, role]) => {
      delete role.hosts;
      delete role.count;
      return ["hosts"];
    },
  ),
  "a host is there twice": (document, random) => {
    const first = roleOf(document, random, ([, role]) => size(role) > 0);
    const second = roleOf(document, random, ([name, role]) => name !== first?.[0] && role.hosts);
    if (!first || !second) return undefined;
    const name = first[1].hosts ? random.pick(Object.keys(first[1].hosts)) : `${first[0]}-01`;
    second[1].hosts[name] = { site: Object.keys(document.sites)[0] };
    return [
      ["roles", second[0], "hosts", name],
      ["roles", first[0], first[1].hosts ? "hosts" : "count", ...(first[1].hosts ? [name] : [])],
    ];
  },
  "a host has a name of the estate's own": inRole(
    ([, role]) => role.hosts,
    ([, role], document, random) => {
      const name = random.pick(["api", "internal"]);
      role.hosts[name] = { site: Object.keys(document.sites)[0] };
      return ["hosts", name];
    },
  ),
  "a host does not say in which of the sites it is": inRole(
    ([, role]) => role.hosts && size(role) > 0,
    ([, role], document, random) => {
      document.sites.more = { ...Object.values<object>(document.sites)[0], cidr: "10.99.0.0/24" };
      const name = random.pick(Object.keys(role.hosts));
      delete role.hosts[name].site;
      return ["hosts", name, "site"];
    },
  ),
  "hosts are counted, and there are several sites": inRole(
    ([, role]) => role.count,
    (_, document) => {
      document.sites.more = { ...Object.values<object>(document.sites)[0], cidr: "10.99.0.0/24" };
      return ["count"];
    },
  ),
  "two volumes are in one place": inRole(
    ([, role]) => role.volumes,
    ([, role], _, random) => {
      role.volumes.again = { sizeGiB: 1, path: random.pick(Object.values<Document>(role.volumes)).path };
      return ["volumes", "again", "path"];
    },
  ),
  "there is no site": (document) => {
    document.sites = {};
    return [["sites"]];
  },
  "a site's network is not as its mode asks": (document, random) => {
    const [name, site] = random.pick(Object.entries<Document>(document.sites));
    if (document.network.mode === "provider") delete site.network;
    else site.network = "campus";
    return [["sites", name, "network"]];
  },
  "ranges overlap": (document, random) => {
    const [name, { cidr }] = random.pick(Object.entries<Document>(document.sites));
    const key = random.pick(["podCidr", "serviceCidr"]);
    document.orchestrator[key] = random.pick([cidr, "10.0.0.0/8", cidr.replace(/\/.*/, "/32")]);
    return [
      ["orchestrator", key],
      ["sites", name, "cidr"],
    ];
  },
  "two sites overlap": (document, random) => {
    const [name, site] = random.pick(Object.entries<Document>(document.sites));
    document.sites.again = { ...site, cidr: site.cidr.replace(/\/.*/, "/30") };
    return [
      ["sites", "again", "cidr"],
      ["sites", name, "cidr"],
    ];
  },
  "pods and services share addresses": (document, random) => {
    document.orchestrator.podCidr = "10.64.0.0/12";
    document.orchestrator.serviceCidr = random.pick(["10.64.0.0/12", "10.70.0.0/16"]);
    return [
      ["orchestrator", "serviceCidr"],
      ["orchestrator", "podCidr"],
    ];
  },
  "floating IPs have a range of the estate's own": (document, random) => {
    if (document.network.mode !== "private") return undefined;
    const [site, { cidr }] = random.pick(Object.entries<Document>(document.sites));
    document.network.reverseRanges = { own: random.pick([cidr, "10.0.0.0/8"]) };
    return [
      ["network", "reverseRanges", "own"],
      ["sites", site, "cidr"],
    ];
  },
  "a range of floating IPs is there twice": twice(["network", "reverseRanges"]),
  "services are found where a program listens": (document, random) => {
    const { from, to } = random.pick(ports.filter(({ protocol }) => protocol !== "icmp"));
    document.orchestrator.nodePorts = { from: Math.max(1, from - random.whole(0, 9)), to: random.whole(from, to) };
    return [["orchestrator", "nodePorts"]];
  },
  "a range of ports ends before it begins": (document, random) => {
    document.orchestrator.nodePorts = { from: 12_500, to: random.whole(12_000, 12_499) };
    return [["orchestrator", "nodePorts"]];
  },
  "the servers have a site of a load balancer, and none": (document) => {
    document.orchestrator.api = { front: "hosts", site: Object.keys(document.sites)[0] };
    return [["orchestrator", "api", "site"]];
  },
  "journals are sent by a system that cannot": (document) => {
    document.image.system = "fedora-coreos";
    document.logs = { address: "192.0.2.90" };
    return [["logs"]];
  },
  "nobody is an administrator": (document) => {
    document.admins.cidrs = {};
    return [["admins", "cidrs"]];
  },
  "a part of the internet is admitted": (document, random) => {
    document.admins.cidrs.part = random.pick(["0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "10.0.0.0/7"]);
    return [["admins", "cidrs", "part"]];
  },
  "a site has no addresses for its hosts": (document) => {
    // three servers, or one and others
    const [site] = Object.keys(document.sites);
    const role = { runs: ["pods"], flavor: "m1.small", hosts: {} as Document };
    for (const index of [1, 2, 3, 4, 5]) role.hosts[`crowd-${index}`] = { site };
    document.roles.crowd = role;
    document.sites[site ?? ""].cidr = "10.250.0.0/29";
    return [["sites", site ?? "", "cidr"]];
  },
  "a label is not the operators'": inRole(other, ([, role], _, random) => {
    const key = random.pick(["estate/role", "node-role.kubernetes.io/etcd", "kubernetes.io/hostname", "app.k8s.io/x"]);
    role.labels = { ...role.labels, [key]: "x" };
    return ["labels", key];
  }),
  "a volume is over a folder of the system": inRole(other, ([, role], _, random) => {
    role.volumes = { ...role.volumes, over: { sizeGiB: 1, path: random.pick(["/var", "/etc/x", "/usr", "/home"]) } };
    return ["volumes", "over", "path"];
  }),
  "there is no resolver": (document) => {
    document.network.nameservers = {};
    return [["network", "nameservers"]];
  },
  "k3s is where hosts cannot download from": (document, random) => {
    document.orchestrator.k3s.url = random.pick(["https://203.0.113.9/k3s", "https://mirror.example.org:999/k3s"]);
    return [["network", "downloads"]];
  },
  "images are where hosts cannot download from": (document, random) => {
    const url = random.pick(["https://203.0.113.9/images.tar", "https://mirror.example.org:999/images.tar.zst"]);
    document.orchestrator.k3s.images = { url, sha512: "ab".repeat(64) };
    return [["network", "downloads"]];
  },
  "a registry is where hosts cannot pull from": (document, random) => {
    const endpoint = random.pick(["https://203.0.113.9", "http://203.0.113.9:5000/v2", "https://a.example.org:999"]);
    document.orchestrator.registries = { "quay.io": { endpoints: [endpoint] } };
    return [["network", "downloads"]];
  },
  "a registry's password would be in user data": (document, random) => {
    const { protocol, host } = new URL(document.orchestrator.k3s.url);
    const who = random.pick(["robot:secret@", "token@", ":secret@"]);
    document.orchestrator.registries = { "quay.io": { endpoints: [`${protocol}//${who}${host}`] } };
    return [["orchestrator", "registries", "quay.io", "endpoints", 0]];
  },
  "a registry's password would go to a mirror in clear": (document, random) => {
    const all = random.chance(0.5) ? "*" : "quay.io";
    document.network.downloads.clear = { cidr: "192.0.2.99/32", port: 80 };
    document.orchestrator.registries = { [all]: { endpoints: ["http://192.0.2.99"] } };
    document.orchestrator.registries["quay.io"] = { ...document.orchestrator.registries["quay.io"], user: "robot" };
    return [["orchestrator", "registries", all, "endpoints", 0]];
  },
  "a registry has nothing, or a user who is everyone's": (document, random) => {
    const [name, registry, place] = random.pick([
      ["quay.io", {}, []],
      ["*", { user: "robot" }, ["user"]],
    ] as const);
    document.orchestrator.registries = { [name]: registry };
    return [["orchestrator", "registries", name, ...place]];
  },
  "an endpoint has two authorities": (document) => {
    const endpoints = [`https://${new URL(document.orchestrator.k3s.url).host}`];
    document.orchestrator.registries = { "quay.io": { endpoints, ca: authority }, "ghcr.io": { endpoints } };
    return [
      ["orchestrator", "registries", "ghcr.io", "endpoints", 0],
      ["orchestrator", "registries", "quay.io", "endpoints", 0],
    ];
  },
  "an authority is for endpoints without one": (document) => {
    document.orchestrator.registries = { "quay.io": { endpoints: ["http://192.0.2.80"], ca: authority } };
    return [["orchestrator", "registries", "quay.io", "ca"]];
  },
  "administrators come from one range twice": twice(["admins", "cidrs"]),
  "an administrator's key is another's too": (document) => {
    document.admins.keys = { anna: keys.anna, ben: keys.anna.replace(/ \S+$/, " ben") };
    return [
      ["admins", "keys", "anna"],
      ["admins", "keys", "ben"],
    ];
  },
  "a resolver is there twice": twice(["network", "nameservers"]),
  "no time server is left": (document) => {
    document.network.timeServers = {};
    return [["network", "timeServers"]];
  },
  "a resolver is in the range of pods": (document) => {
    document.orchestrator.podCidr = "10.42.0.0/16";
    document.network.nameservers.first = "10.42.0.10";
    return [["network", "nameservers", "first"]];
  },
  "a download is in the range of services": (document) => {
    document.orchestrator.serviceCidr = "10.43.0.0/16";
    document.network.downloads.inside = { cidr: "10.43.7.0/24", port: 443 };
    return [["network", "downloads", "inside", "cidr"]];
  },
  "a word on the removal of a volume that is there": (document, random) => {
    const role = roleOf(
      document,
      random,
      ([, { hosts, volumes }]) => hosts && Object.keys(hosts).length > 0 && volumes && Object.keys(volumes).length > 0,
    );
    if (!role) return undefined;
    const name = `${random.pick(Object.keys(role[1].hosts))}-${random.pick(Object.keys(role[1].volumes))}`;
    document.removal = { volumes: { [name]: random.pick(["keep", "delete"]) } };
    return [["removal", "volumes", name]];
  },
  "a time server is there twice": twice(["network", "timeServers"]),
  "a place of downloads is there twice": twice(["network", "downloads"]),
};
