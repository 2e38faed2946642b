import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderSchema } from "../../../cli/schema.ts";
import { keys } from "./administrators.ts";
import { authority } from "./authority.ts";
import { behindVip, estate } from "./fixtures.ts";
import { type Change, mistakes, set } from "./mistakes.ts";

const server = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`o-${i}`, {}]));

/** What is wrong, and the line an operator reads. */
const table: readonly [string, Change, string][] = [
  [
    "unknown key",
    set("zoen", "x"),
    "zoen: there is no such key: write one of name, zone, admins, network, sites, image, logs, orchestrator, roles, removal, apps, or leave it out",
  ],
  [
    "missing part",
    set("sites local cidr", undefined),
    "sites.local.cidr: missing: write an IPv4 range, such as 203.0.113.0/24",
  ],
  ["bad domain", set("zone", "Estate"), "zone: write a domain in lower case, such as meet.example.org"],
  [
    "bad host name",
    set("roles worker hosts", { Worker_1: {} }),
    "roles.worker.hosts.Worker_1: use 1 to 40 lower-case letters, digits and '-', starting with a letter",
  ],
  [
    "bad hash",
    set("orchestrator k3s sha512", "ab"),
    "orchestrator.k3s.sha512: write the SHA-512 as 128 lower-case hexadecimal digits",
  ],
  ["no address", set("orchestrator k3s url", "k3s"), "orchestrator.k3s.url: write an http or https address"],
  [
    "no range",
    set("sites local cidr", "10.20.0.0/33"),
    "sites.local.cidr: write an IPv4 range, such as 203.0.113.0/24",
  ],
  [
    "a range that begins elsewhere",
    set("sites local cidr", "10.20.0.7/20"),
    "sites.local.cidr: write 10.20.0.0/20, as the range begins, or 10.20.0.7/32 for the one address",
  ],
  [
    "no orchestrator",
    set("roles orchestrator", undefined),
    "roles.orchestrator: missing: add it, with three servers or one: the estate needs its orchestrator",
  ],
  [
    "even servers",
    set("roles orchestrator hosts", server(4)),
    "roles.orchestrator.hosts: 4 servers: etcd needs an odd number; have 3, 5 or 7, or a single one",
  ],
  [
    "no time servers",
    set("network timeServers", {}),
    "network.timeServers: empty: certificates, tokens and etcd need the time; name at least one NTP server, or leave it out for public ones",
  ],
  [
    "a resolver among services",
    set("network nameservers", { dns: "10.43.0.10" }),
    "network.nameservers.dns: 10.43.0.10 is in orchestrator.serviceCidr (10.43.0.0/16), so that no host reaches it: choose another range for that",
  ],
  [
    "a word on a volume that is there",
    (document) => {
      document.roles.bbb.volumes = { recordings: { sizeGiB: 1, path: "/srv/recordings" } };
      document.removal = { volumes: { "bbb-01-recordings": "delete" } };
    },
    'removal.volumes["bbb-01-recordings"]: leave it out: it is a volume of bbb-01, which is in the document; or take that volume or host out',
  ],
  [
    "last server removed",
    set("roles orchestrator hosts", {}),
    "roles.orchestrator.hosts: 0 servers: etcd needs an odd number; have 3, 5 or 7, or a single one",
  ],
  [
    "width of servers",
    set("roles orchestrator rollout width", 2),
    "roles.orchestrator.rollout.width: must be 1: etcd loses its majority when two servers leave at once",
  ],
  [
    "private servers",
    set("roles orchestrator publicAddress", false),
    "roles.orchestrator.publicAddress: must be true: the API's name leads to these addresses",
  ],
  [
    "private servers behind a load balancer",
    (document) => {
      document.orchestrator.api = { front: "loadBalancer" };
      document.roles.orchestrator.publicAddress = false;
    },
    "roles.orchestrator.publicAddress: must be true: the first server is given the authorities' keys at its address, over SSH",
  ],
  [
    "a load balancer before one server",
    (document) => {
      document.orchestrator.api = { front: "loadBalancer" };
      const volumes = { datastore: { sizeGiB: 20, path: "/var/lib/rancher" } };
      Object.assign(document.roles.orchestrator, { hosts: { "orchestrator-01": {} }, volumes });
    },
    "orchestrator.api.front: write hosts: there is one server, before which a load balancer balances nothing",
  ],
  [
    "a load balancer without its site",
    (document) => {
      document.orchestrator.api = { front: "loadBalancer" };
      document.sites.more = { cidr: "10.21.0.0/24" };
      for (const role of Object.values<{ hosts: Record<string, { site?: string }> }>(document.roles))
        for (const host of Object.values(role.hosts)) host.site = "local";
    },
    "orchestrator.api.site: say in which site the load balancer is (local, more): there are several",
  ],
  [
    "a load balancer in no site",
    set("orchestrator api", { front: "loadBalancer", site: "north" }),
    "orchestrator.api.site: there is no site north: write one of local",
  ],
  [
    "a VIP on a network of the cloud (decisions B14)",
    (document) => {
      behindVip(document);
      const { nameservers, downloads } = document.network;
      document.network = { mode: "provider", nameservers, downloads };
      document.sites.local.network = "campus";
    },
    "orchestrator.api.front: write hosts or loadBalancer: on a network of the cloud (network.mode provider) a project gets no address that several ports may have",
  ],
  [
    "a VIP of one server",
    (document) => {
      behindVip(document);
      const volumes = { datastore: { sizeGiB: 20, path: "/var/lib/rancher" } };
      Object.assign(document.roles.orchestrator, { hosts: { "orchestrator-01": {} }, volumes });
    },
    "orchestrator.api.front: write hosts: there is one server, which needs no VIP: the API's names lead to it",
  ],
  [
    "a VIP of servers in several sites",
    (document) => {
      behindVip(document);
      document.sites.more = { cidr: "10.21.0.0/24" };
      for (const role of Object.values<{ hosts: Record<string, { site?: string }> }>(document.roles))
        for (const host of Object.values(role.hosts)) host.site = "local";
      document.roles.orchestrator.hosts["orchestrator-02"].site = "more";
    },
    "orchestrator.api.front: write hosts or loadBalancer, or give all servers one site: a VIP is on one network, and they are in local, more",
  ],
  [
    "a VIP with a site",
    (document) => {
      behindVip(document);
      document.orchestrator.api.site = "local";
    },
    "orchestrator.api.site: leave it out: only a load balancer has a site, and the front is vip",
  ],
  [
    "a VIP whose image nobody reaches",
    set("orchestrator api", { front: "vip" }),
    "network.downloads: no entry lets hosts reach ghcr.io port 443, where orchestrator.api.front points: add its range and port",
  ],
  [
    "a site of no load balancer",
    set("orchestrator api", { site: "local" }),
    "orchestrator.api.site: leave it out: only a load balancer has a site, and the front is hosts",
  ],
  [
    "private bbb",
    set("roles bbb publicAddress", false),
    "roles.bbb.publicAddress: must be true: people's browsers send media to these hosts",
  ],
  [
    "name twice",
    set("roles worker hosts bbb-01", {}),
    'roles.worker.hosts["bbb-01"]: is also a host of role bbb: choose another name',
  ],
  [
    "reserved name",
    set("roles worker hosts api", {}),
    "roles.worker.hosts.api: is reserved for the estate's own DNS names: choose another",
  ],
  [
    "reserved role",
    set("roles hosts", { runs: ["pods"], flavor: "m1.small", hosts: {} }),
    "roles.hosts: is the name of the security group of all hosts: choose another",
  ],
  [
    "unknown mode",
    set("network mode", "flat"),
    "network.mode: write private (own networks behind a router) or provider (a network of the cloud)",
  ],
  [
    "network of the cloud without its name",
    set("network", {
      mode: "provider",
      nameservers: { a: "192.0.2.53" },
      downloads: { m: { cidr: "192.0.2.80/32", port: 80 } },
    }),
    "sites.local.network: missing: in mode provider, write the name of the cloud's network",
  ],
  [
    "name of a network that the estate makes",
    set("sites local network", "campus"),
    "sites.local.network: is for mode provider: leave it out, in mode private the estate makes a network of its own",
  ],
  [
    "journals of a system that cannot send them",
    (document) => {
      document.image.system = "fedora-coreos";
      document.logs = { address: "192.0.2.90" };
    },
    "logs: leave it out: Fedora CoreOS has no systemd-journal-upload, only Flatcar has",
  ],
  ["no site", set("sites", {}), "sites: empty: add one: the hosts need at least one"],
  [
    "unknown site",
    set("roles worker hosts worker-01 site", "north"),
    'roles.worker.hosts["worker-01"].site: there is no site north: write one of local',
  ],
  [
    "a site of the name of something else",
    set("roles worker hosts worker-01 site", "constructor"),
    'roles.worker.hosts["worker-01"].site: there is no site constructor: write one of local',
  ],
  [
    "site not said",
    (document) => {
      document.sites.north = { cidr: "10.21.0.0/24" };
      for (const role of ["orchestrator", "bbb"])
        for (const host of Object.values<Record<string, string>>(document.roles[role].hosts)) host.site = "local";
    },
    'roles.worker.hosts["worker-01"].site: say in which site worker-01 is (local, north): there are several',
  ],
  [
    "nobody runs",
    set("roles worker runs", []),
    "roles.worker.runs: missing: say what runs on these hosts, one or more of orchestrator, recordings, turn, bbb, greenlight, scalelite, monitoring, pods",
  ],
  [
    "unknown workload",
    set("roles worker runs", ["mail"]),
    "roles.worker.runs[0]: write one of orchestrator, recordings, turn, bbb, greenlight, scalelite, monitoring, pods",
  ],
  [
    "a second orchestrator",
    set("roles worker runs", ["orchestrator"]),
    "roles.worker.runs: keep orchestrator for the role orchestrator, which runs nothing else",
  ],
  [
    "bbb and turn together",
    set("roles bbb runs", ["bbb", "turn"]),
    "roles.bbb.runs: write bbb or turn: they cannot share hosts, both listen on port 443",
  ],
  [
    "neither hosts nor count",
    set("roles worker hosts", undefined),
    "roles.worker.hosts: missing: name the hosts, or give their count",
  ],
  ["hosts and count", set("roles worker count", 2), "roles.worker.hosts: there is also a count: keep one of the two"],
  [
    "no image",
    set("image", {}),
    "image: write the name of an image in Glance, or stream, version and sha256 of a release to upload",
  ],
  [
    "half a release",
    set("image", { stream: "stable", version: "4230.2.4" }),
    "image.sha256: missing: a release is uploaded by its stream, version and sha256",
  ],
  [
    "name and release",
    set("image stream", "stable"),
    "image.stream: is for an image that the estate uploads: keep either the name or the release",
  ],
  [
    "a single server without a datastore",
    set("roles orchestrator hosts", server(1)),
    "roles.orchestrator.volumes: add one at /var/lib/rancher: a single server keeps its datastore on a volume, or it is lost with the server",
  ],
  [
    "volumes at one place",
    set("roles bbb volumes", { a: { sizeGiB: 1, path: "/data" }, b: { sizeGiB: 1, path: "/data" } }),
    "roles.bbb.volumes.b.path: /data is the path of another volume too: choose a path of its own",
  ],
  [
    "ports of services among the media ports",
    set("orchestrator nodePorts", { from: 16_000, to: 16_500 }),
    "orchestrator.nodePorts: 16000-16500 overlaps the ports of media (16384-32768): choose others, such as 13000-15767",
  ],
  [
    "overlap",
    set("sites local cidr", "10.42.7.0/24"),
    "orchestrator.podCidr: 10.42.0.0/16 overlaps sites.local.cidr (10.42.7.0/24): choose a range of its own",
  ],
  [
    "nobody admitted",
    set("admins cidrs", {}),
    "admins.cidrs: empty: name at least the range you work from, or nobody reaches SSH and the API",
  ],
  [
    "everybody admitted",
    set("admins cidrs all", "0.0.0.0/0"),
    "admins.cidrs.all: is the whole internet: name the ranges you work from",
  ],
  [
    "half of the internet admitted",
    set("admins cidrs half", "128.0.0.0/1"),
    "admins.cidrs.half: 128.0.0.0/1 is a part of the internet: name the ranges you work from",
  ],
  [
    "a site too small for its hosts",
    set("sites local cidr", "10.20.0.0/29"),
    "sites.local.cidr: 10.20.0.0/29 has addresses for 4 hosts, and 6 are there: write a wider range",
  ],
  [
    "a label of the estate's own",
    set("roles worker labels", { "estate/role": "bbb" }),
    'roles.worker.labels["estate/role"]: is the estate\'s own: choose a domain of yours, such as example.org/disk',
  ],
  [
    "a label that no kubelet may give",
    set("roles worker labels", { "node-role.kubernetes.io/etcd": "true" }),
    'roles.worker.labels["node-role.kubernetes.io/etcd"]: is Kubernetes\' own, and no node may have it from its host: choose a domain of yours',
  ],
  [
    "a volume over a folder of the system",
    set("roles worker volumes", { data: { sizeGiB: 1, path: "/var/lib" } }),
    "roles.worker.volumes.data.path: /var/lib is the operating system's: choose another, such as /var/lib/recordings",
  ],
  [
    "a volume in a folder of the system",
    set("roles worker volumes", { data: { sizeGiB: 1, path: "/etc/estate" } }),
    "roles.worker.volumes.data.path: /etc/estate is the operating system's: choose another, such as /var/lib/recordings",
  ],
  [
    "a range admitted twice",
    set("admins cidrs home", "203.0.113.1/32"),
    "admins.cidrs.home: 203.0.113.1/32 is there already, as operators: keep one of the two",
  ],
  [
    "a key twice",
    set("admins keys", { anna: keys.anna, ben: keys.anna }),
    "admins.keys.ben: the key SHA256:OG8k0i/vloOqg/X0Aoyab0DHB4DlUtFcLar1CILUr2c is there already, as anna: keep one of the two",
  ],
  [
    "a key that is cut off",
    set("admins keys", { anna: keys.anna.slice(0, 60) }),
    "admins.keys.anna: write the line of a .pub file of OpenSSH, such as ssh-ed25519 AAAA... anna@example.org; of rsa with 2048 bits or more",
  ],
  [
    "a resolver twice",
    set("network nameservers other", "192.0.2.53"),
    "network.nameservers.other: 192.0.2.53 is there already, as estate: keep one of the two",
  ],
  [
    "a place of downloads twice",
    set("network downloads other", { cidr: "192.0.2.80/32", port: 80 }),
    "network.downloads.other: 192.0.2.80/32 port 80 is there already, as mirror: keep one of the two",
  ],
  [
    "a range without a reverse zone of its own",
    set("network reverseRanges", { public: "203.0.113.128/25" }),
    "network.reverseRanges.public: 203.0.113.128/25 has no reverse zone of its own: write 203.0.113.0/24 if all of 113.0.203.in-addr.arpa is the estate's, or leave it out",
  ],
  [
    "a range that nobody is given",
    set("network reverseRanges", { all: "96.0.0.0/3" }),
    "network.reverseRanges.all: 96.0.0.0/3 is wider than any reverse zone: write the ranges whose zones are delegated to the estate",
  ],
  [
    "floating IPs in a network of the estate's own",
    set("network reverseRanges", { public: "10.20.0.0/16" }),
    "network.reverseRanges.public: 10.20.0.0/16 overlaps sites.local.cidr (10.20.0.0/24): write ranges of the external network, where floating IPs come from",
  ],
  [
    "floating IPs in the range of pods",
    set("network reverseRanges", { public: "10.42.7.0/24" }),
    "network.reverseRanges.public: 10.42.7.0/24 overlaps orchestrator.podCidr (10.42.0.0/16): write ranges of the external network, where floating IPs come from",
  ],
  [
    "a range within another",
    set("network reverseRanges", { public: "203.0.0.0/16", dmz: "203.0.113.0/24" }),
    "network.reverseRanges.dmz: 203.0.113.0/24 overlaps network.reverseRanges.public (203.0.0.0/16): keep one of the two",
  ],
  [
    "floating IPs where there are none",
    (document) => {
      const { nameservers, downloads } = document.network;
      document.network = { mode: "provider", nameservers, downloads, reverseRanges: { public: "203.0.113.0/24" } };
      document.sites.local.network = "campus";
    },
    "network.reverseRanges: there is no such key: write one of mode, addressing, nameservers, timeServers, downloads, or leave it out",
  ],
  [
    "two volumes of a name",
    (document) => {
      const volume = (path: string) => ({ sizeGiB: 1, path });
      document.roles.bbb.hosts = { bbb: {}, "bbb-old": {} };
      document.roles.bbb.volumes = { "old-data": volume("/var/a"), data: volume("/var/b") };
    },
    "roles.bbb.volumes.data: bbb-old-data is also a volume of bbb: choose another name",
  ],
  [
    "no resolver",
    set("network nameservers", {}),
    "network.nameservers: empty: hosts find each other by DNS names; name at least one resolver",
  ],
  [
    "unreachable mirror",
    set("network downloads mirror port", 443),
    "network.downloads: no entry lets hosts reach 192.0.2.80 port 80, where orchestrator.k3s.url points: add its range and port",
  ],
  [
    "unreachable archive of images",
    set("orchestrator k3s images", { url: "http://192.0.2.81/images.tar", sha512: "ab".repeat(64) }),
    "network.downloads: no entry lets hosts reach 192.0.2.81 port 80, where orchestrator.k3s.images.url points: add its range and port",
  ],
  [
    "an archive that k3s leaves out",
    set("orchestrator k3s images", { url: "http://192.0.2.80/images.tar.xz", sha512: "ab".repeat(64) }),
    "orchestrator.k3s.images.url: is no archive that k3s takes: use one whose name ends in .tar, .tar.lz4, .tar.bz2, .tbz, .tar.gz, .tgz, .tar.zst, .tzst",
  ],
  [
    "unreachable registry",
    set("orchestrator registries", { "docker.io": { endpoints: ["http://192.0.2.80", "https://192.0.2.99"] } }),
    'network.downloads: no entry lets hosts reach 192.0.2.99 port 443, where orchestrator.registries["docker.io"].endpoints[1] points: add its range and port',
  ],
  [
    "no registry",
    set("orchestrator registries", { docker: { endpoints: ["http://192.0.2.80"] } }),
    "orchestrator.registries.docker: write a registry as names of images begin, such as docker.io or registry.example.org:5000, or * for all others",
  ],
  [
    "a registry without a mirror",
    set("orchestrator registries", { "docker.io": { endpoints: [] } }),
    'orchestrator.registries["docker.io"].endpoints: empty: write at least one address, or leave the registry out',
  ],
  [
    "a password of a registry",
    set("orchestrator registries", { "docker.io": { endpoints: ["http://robot:secret@192.0.2.80"] } }),
    'orchestrator.registries["docker.io"].endpoints[0]: has a name or a password, and user data is no place for one: leave them out, and say user below docker.io',
  ],
  [
    "a registry of which nothing is said",
    set("orchestrator registries", { "docker.io": {} }),
    'orchestrator.registries["docker.io"]: says nothing of the registry: write endpoints, a user, or both, or leave the registry out',
  ],
  [
    "a password of a registry beside its user",
    set("orchestrator registries", { "docker.io": { endpoints: ["http://192.0.2.80"], password: "secret" } }),
    'orchestrator.registries["docker.io"].password: there is no such key: write one of endpoints, ca, user, or leave it out',
  ],
  [
    "a user of all registries",
    set("orchestrator registries", { "*": { user: "anna" } }),
    'orchestrator.registries["*"].user: pods have credentials by registry: write the user below each that asks for one',
  ],
  [
    "an unreachable registry that has a user",
    set("orchestrator registries", { "registry.example.org:5000": { user: "anna" } }),
    'network.downloads: no entry lets hosts reach registry.example.org port 5000, where orchestrator.registries["registry.example.org:5000"].user points: add its range and port',
  ],
  [
    "a password that would go to a mirror in clear",
    set("orchestrator registries", { "docker.io": { endpoints: ["http://192.0.2.80"], user: "anna" } }),
    'orchestrator.registries["docker.io"].endpoints[0]: the password of anna (orchestrator.registries["docker.io"].user) would go there unencrypted: write an https address',
  ],
  [
    "a password that would go to everyone's mirror in clear",
    set("orchestrator registries", { "*": { endpoints: ["http://192.0.2.80"] }, "docker.io": { user: "anna" } }),
    'orchestrator.registries["*"].endpoints[0]: the password of anna (orchestrator.registries["docker.io"].user) would go there unencrypted: write an https address',
  ],
  [
    "an authority without https",
    set("orchestrator registries", { "docker.io": { endpoints: ["http://192.0.2.80"], ca: authority } }),
    'orchestrator.registries["docker.io"].ca: is for https, and no endpoint is: leave it out, or write an https address',
  ],
  [
    "an authority of nothing",
    (document) => {
      document.network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
      document.orchestrator.registries = { "docker.io": { user: "anna", ca: authority } };
    },
    'orchestrator.registries["docker.io"].ca: is for https, and no endpoint is: leave it out, or write an https address',
  ],
  [
    "two authorities of one endpoint",
    (document) => {
      document.network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
      const endpoints = ["https://192.0.2.81"];
      document.orchestrator.registries = { "docker.io": { endpoints, ca: authority }, "quay.io": { endpoints } };
    },
    'orchestrator.registries["quay.io"].endpoints[0]: 192.0.2.81 has another authority in orchestrator.registries["docker.io"]: write the same ca, or none, in both',
  ],
  [
    "bad taint",
    set("roles bbb taints estate/dedicated effect", "Never"),
    'roles.bbb.taints["estate/dedicated"].effect: write one of NoSchedule, PreferNoSchedule, NoExecute',
  ],
];

describe("the estate document", () => {
  it("of the local stack is right, and has its defaults", () => {
    const { roles, orchestrator } = estate();
    expect(orchestrator).toMatchObject({ podCidr: "10.42.0.0/16", k3s: { version: "v1.34.2+k3s1" } });
    expect(roles.worker).toMatchObject({ publicAddress: false, labels: {}, rollout: { width: 1, joinMinutes: 4 } });
  });

  it.each(table)("says what is wrong: %s", (_, change, line) => {
    expect(mistakes(change)).toEqual([line]);
  });

  it("says every mistake of the same kind at once", () => {
    const found = mistakes((d) => {
      d.zone = "x";
      d.roles.bbb.hosts["bbb-01"].generation = -1;
      d.extra = true;
    });
    expect(found.map((line) => line.split(":")[0])).toEqual(["zone", 'roles.bbb.hosts["bbb-01"].generation', "extra"]);
  });

  it("has a JSON Schema that is current", () => {
    const file = readFileSync(new URL("../../../stacks/estate.schema.json", import.meta.url), "utf8");
    expect(JSON.parse(file), "run: node cli/schema.ts > stacks/estate.schema.json, then npm run format").toEqual(
      JSON.parse(renderSchema()),
    );
  });

  it("may leave out in an editor what has a default", () => {
    const schema = JSON.parse(renderSchema());
    expect(schema.required).not.toContain("name");
    expect(schema.required).toContain("zone");
    expect(schema.additionalProperties).toBe(false);
  });
});
