import { checkApi } from "./apiFront.ts";
import { checkApps } from "./appRules.ts";
import { prefixOf } from "./cidr.ts";
import { checkDownloads } from "./downloads.ts";
import { checkLabels, checkPaths } from "./hostRules.ts";
import { portsWith } from "./ports.ts";
import { fingerprintOf, readPublicKey } from "./publicKey.ts";
import { checkRegistries } from "./registryRules.ts";
import { checkReverseRanges } from "./reverseRanges.ts";
import { hostsOf, type Role } from "./schema/role.ts";
import { runsOf, workloads } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";
import { checkOutside, checkRanges, checkRoom, checkSites } from "./siteRules.ts";
import { checkWeb } from "./webRules.ts";

/** The part of zod's refinement context that is used here. */
interface Context {
  addIssue(issue: { code: "custom"; path: PropertyKey[]; message: string }): void;
}

/** Where k3s keeps its datastore. */
const datastore = "/var/lib/rancher";

/** Prefix length of the widest range that one owner has: 10.0.0.0/8. Two halves of the internet are the whole, too. */
const widest = 8;

/** Names under the zone that are not hosts. */
const reserved = ["api", "internal"];

/** The rules that cross fields of the estate document. Each says where the mistake is and what to write instead. */
export function checkEstate(estate: Estate, context: Context): void {
  const wrong = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  checkOrchestrator(estate, wrong);
  checkApi(estate, wrong);
  for (const [name, role] of Object.entries(estate.roles)) checkRole(name, role, wrong);
  checkHosts(estate, wrong);
  checkVolumeNames(estate, wrong);
  checkRemoval(estate, wrong);
  checkSites(estate, wrong);
  checkRoom(estate, wrong);
  checkRanges(estate, wrong);
  checkOutside(estate, wrong);
  checkReverseRanges(estate, wrong);
  checkNodePorts(estate, wrong);
  checkImage(estate, wrong);
  checkLogs(estate, wrong);
  checkAccess(estate, wrong);
  checkDownloads(estate, wrong);
  checkRegistries(estate, wrong);
  checkTwice(estate, wrong);
  checkApps(estate, wrong);
  checkWeb(estate, wrong);
}

type Wrong = (path: PropertyKey[], message: string) => void;

function checkOrchestrator({ roles, orchestrator }: Estate, wrong: Wrong): void {
  const role = roles.orchestrator;
  if (!role) {
    wrong(["roles", "orchestrator"], "missing: add it, with three servers or one: the estate needs its orchestrator");
    return;
  }
  const count = Object.keys(hostsOf("orchestrator", role)).length;
  if (![1, 3, 5, 7].includes(count))
    wrong(
      ["roles", "orchestrator", role.hosts ? "hosts" : "count"],
      `${count} servers: etcd needs an odd number; have 3, 5 or 7, or a single one`,
    );
  if (count === 1 && !Object.values(role.volumes).some(({ path }) => path === datastore))
    wrong(
      ["roles", "orchestrator", "volumes"],
      `add one at ${datastore}: a single server keeps its datastore on a volume, or it is lost with the server`,
    );
  if (role.rollout.width !== 1)
    wrong(
      ["roles", "orchestrator", "rollout", "width"],
      "must be 1: etcd loses its majority when two servers leave at once",
    );
  if (!role.publicAddress)
    wrong(
      ["roles", "orchestrator", "publicAddress"],
      orchestrator.api.front === "hosts"
        ? "must be true: the API's name leads to these addresses"
        : "must be true: the first server is given the authorities' keys at its address, over SSH",
    );
}

function checkRole(name: string, role: Role, wrong: Wrong): void {
  const at = (...path: PropertyKey[]) => ["roles", name, ...path];
  const runs = runsOf(name, role);
  if (name === "hosts") wrong(at(), "is the name of the security group of all hosts: choose another");
  if (runs.length === 0)
    wrong(at("runs"), `missing: say what runs on these hosts, one or more of ${workloads.join(", ")}`);
  if (runs.includes("orchestrator") !== (name === "orchestrator") || (name === "orchestrator" && runs.length > 1))
    wrong(at("runs"), "keep orchestrator for the role orchestrator, which runs nothing else");
  if (runs.includes("bbb") && runs.includes("turn"))
    wrong(at("runs"), "write bbb or turn: they cannot share hosts, both listen on port 443");
  const open = runs.find((workload) => workload === "bbb" || workload === "turn");
  if (open && !role.publicAddress)
    wrong(at("publicAddress"), "must be true: people's browsers send media to these hosts");
  checkLabels(name, role, wrong);
  checkPaths(name, role, wrong);
  const paths = Object.entries(role.volumes).map(([volume, { path }]) => ({ volume, path }));
  for (const [index, { volume, path }] of paths.entries())
    if (paths.slice(0, index).some((other) => other.path === path))
      wrong(at("volumes", volume, "path"), `${path} is the path of another volume too: choose a path of its own`);
  if (Boolean(role.hosts) === (role.count !== undefined))
    wrong(
      at("hosts"),
      role.hosts ? "there is also a count: keep one of the two" : "missing: name the hosts, or give their count",
    );
}

function checkHosts({ roles, sites }: Estate, wrong: Wrong): void {
  const owner = new Map<string, string>();
  const all = Object.keys(sites);
  for (const [roleName, role] of Object.entries(roles)) {
    if (role.count && all.length > 1)
      wrong(
        ["roles", roleName, "count"],
        `write hosts instead, and in which site each is (${all.join(", ")}): there are several`,
      );
    for (const [name, host] of Object.entries(hostsOf(roleName, role))) {
      const at = role.hosts ? ["roles", roleName, "hosts", name] : ["roles", roleName, "count"];
      const other = owner.get(name);
      if (other) wrong(at, `${role.hosts ? "is" : `${name} is`} also a host of role ${other}: choose another name`);
      else if (reserved.includes(name)) wrong(at, "is reserved for the estate's own DNS names: choose another");
      owner.set(name, roleName);
      if (host.site !== undefined && !Object.hasOwn(sites, host.site) && all.length > 0)
        wrong([...at, "site"], `there is no site ${host.site}: write one of ${all.join(", ")}`);
      if (role.hosts && host.site === undefined && all.length > 1)
        wrong([...at, "site"], `say in which site ${name} is (${all.join(", ")}): there are several`);
    }
  }
}

/** A volume is named by its host and itself: `db-a` with `b` is `db` with `a-b`. */
function checkVolumeNames({ roles }: Estate, wrong: Wrong): void {
  const owner = new Map<string, string>();
  for (const [roleName, role] of Object.entries(roles))
    for (const host of Object.keys(hostsOf(roleName, role)))
      for (const volume of Object.keys(role.volumes)) {
        const name = `${host}-${volume}`;
        const other = owner.get(name);
        if (other && other !== host)
          wrong(["roles", roleName, "volumes", volume], `${name} is also a volume of ${other}: choose another name`);
        owner.set(name, host);
      }
}

/** A word on a volume is for one that goes: it must not stand there for the day on which another of that name does. */
function checkRemoval({ roles, removal }: Estate, wrong: Wrong): void {
  const there = Object.entries(roles).flatMap(([roleName, role]) =>
    Object.keys(hostsOf(roleName, role)).flatMap((host) =>
      Object.keys(role.volumes).map((volume) => [`${host}-${volume}`, host] as const),
    ),
  );
  for (const [name, host] of there)
    if (Object.hasOwn(removal.volumes, name))
      wrong(
        ["removal", "volumes", name],
        `leave it out: it is a volume of ${host}, which is in the document; or take that volume or host out`,
      );
}

/** Every node takes connections on these ports, so that they must not be what a program there listens on. */
function checkNodePorts({ orchestrator, apps }: Estate, wrong: Wrong): void {
  const { from, to } = orchestrator.nodePorts;
  // what is no port at all is told where it stands
  if (Math.min(from, to) < 1 || Math.max(from, to) > 65_535) return;
  if (from > to) wrong(["orchestrator", "nodePorts"], `from ${from} to ${to} is no range: write the lower port first`);
  const taken = portsWith(apps).filter((port) => port.protocol !== "icmp" && port.from <= to && from <= port.to);
  const services = taken.map((port) => `${port.service} (${port.from}-${port.to})`).join(", ");
  if (services)
    wrong(
      ["orchestrator", "nodePorts"],
      `${from}-${to} overlaps the ports of ${services}: choose others, such as 13000-15767`,
    );
}

function checkImage({ image }: Estate, wrong: Wrong): void {
  const release = ["stream", "version", "sha256"] as const;
  const given = release.filter((key) => image[key] !== undefined);
  if (image.name !== undefined) {
    for (const key of [...given, ...(image.url ? (["url"] as const) : [])])
      wrong(["image", key], "is for an image that the estate uploads: keep either the name or the release");
  } else if (given.length === 0) {
    wrong(["image"], "write the name of an image in Glance, or stream, version and sha256 of a release to upload");
  } else {
    for (const key of release.filter((one) => !given.includes(one)))
      wrong(["image", key], "missing: a release is uploaded by its stream, version and sha256");
  }
}

function checkLogs({ image, logs }: Estate, wrong: Wrong): void {
  if (logs && image.system !== "flatcar")
    wrong(["logs"], "leave it out: Fedora CoreOS has no systemd-journal-upload, only Flatcar has");
}

function checkAccess({ admins, network }: Estate, wrong: Wrong): void {
  if (Object.keys(admins.cidrs).length === 0)
    wrong(["admins", "cidrs"], "empty: name at least the range you work from, or nobody reaches SSH and the API");
  for (const [name, cidr] of Object.entries(admins.cidrs))
    if (cidr.endsWith("/0")) wrong(["admins", "cidrs", name], "is the whole internet: name the ranges you work from");
    else if (prefixOf(cidr) < widest)
      wrong(["admins", "cidrs", name], `${cidr} is a part of the internet: name the ranges you work from`);
  if (Object.keys(network.nameservers).length === 0)
    wrong(["network", "nameservers"], "empty: hosts find each other by DNS names; name at least one resolver");
  if (Object.keys(network.timeServers).length === 0)
    wrong(
      ["network", "timeServers"],
      "empty: certificates, tokens and etcd need the time; name at least one NTP server, or leave it out for public ones",
    );
}

/** What has two names is one thing to the cloud, which refuses it the second time. */
function checkTwice({ admins, network }: Estate, wrong: Wrong): void {
  const downloads = Object.fromEntries(
    Object.entries(network.downloads).map(([name, { cidr, port }]) => [name, `${cidr} port ${port}`]),
  );
  const keys = Object.entries(admins.keys).flatMap(([name, line]) => {
    const key = readPublicKey(line);
    return key ? [[name, `the key ${fingerprintOf(key)}`]] : [];
  });
  const places: [PropertyKey[], Readonly<Record<string, string>>][] = [
    [["admins", "cidrs"], admins.cidrs],
    [["admins", "keys"], Object.fromEntries(keys)],
    [["network", "nameservers"], network.nameservers],
    [["network", "timeServers"], network.timeServers],
    [["network", "downloads"], downloads],
  ];
  for (const [path, entries] of places) {
    const first = new Map<string, string>();
    for (const [name, value] of Object.entries(entries)) {
      const other = first.get(value);
      if (other) wrong([...path, name], `${value} is there already, as ${other}: keep one of the two`);
      else first.set(value, name);
    }
  }
}
