import { isIPv4 } from "node:net";
import { contains, overlap } from "./cidr.ts";
import type { Estate } from "./schema.ts";

/** The part of zod's refinement context that is used here. */
interface Context {
  addIssue(issue: { code: "custom"; path: PropertyKey[]; message: string }): void;
}

/** Names under the zone that are not hosts. */
const reserved = ["api", "internal"];

/** The rules that cross fields of the estate document. Each says where the mistake is and what to write instead. */
export function checkEstate(estate: Estate, context: Context): void {
  const wrong = (path: PropertyKey[], message: string) => context.addIssue({ code: "custom", path, message });
  checkOrchestrator(estate, wrong);
  checkHosts(estate, wrong);
  checkRanges(estate, wrong);
  checkAccess(estate, wrong);
}

type Wrong = (path: PropertyKey[], message: string) => void;

function checkOrchestrator({ roles }: Estate, wrong: Wrong): void {
  const role = roles.orchestrator;
  if (!role) {
    wrong(["roles", "orchestrator"], "missing: the estate needs its orchestrator (three servers)");
    return;
  }
  const count = Object.keys(role.hosts).length;
  if (![3, 5, 7].includes(count))
    wrong(["roles", "orchestrator", "hosts"], `${count} servers: etcd needs an odd number; have 3, 5 or 7`);
  if (role.rollout.width !== 1)
    wrong(
      ["roles", "orchestrator", "rollout", "width"],
      "must be 1: etcd loses its majority when two servers leave at once",
    );
  if (!role.publicAddress)
    wrong(["roles", "orchestrator", "publicAddress"], "must be true: the API's name leads to these addresses");
}

function checkHosts({ roles }: Estate, wrong: Wrong): void {
  const owner = new Map<string, string>();
  for (const [roleName, role] of Object.entries(roles)) {
    if (roleName === "hosts")
      wrong(["roles", roleName], "is the name of the security group of all hosts: choose another");
    if (roleName === "bbb" && !role.publicAddress)
      wrong(["roles", "bbb", "publicAddress"], "must be true: people's browsers send media to these hosts");
    for (const name of Object.keys(role.hosts)) {
      const at = ["roles", roleName, "hosts", name];
      const other = owner.get(name);
      if (other) wrong(at, `is also a host of role ${other}: a name belongs to one host`);
      else if (reserved.includes(name)) wrong(at, "is reserved for the estate's own DNS names: choose another");
      owner.set(name, roleName);
    }
  }
}

function checkRanges({ network, orchestrator }: Estate, wrong: Wrong): void {
  const ranges: [PropertyKey[], string][] = [
    [["network", "cidr"], network.cidr],
    [["orchestrator", "podCidr"], orchestrator.podCidr],
    [["orchestrator", "serviceCidr"], orchestrator.serviceCidr],
  ];
  for (const [index, [path, cidr]] of ranges.entries())
    for (const [otherPath, other] of ranges.slice(0, index))
      if (overlap(cidr, other))
        wrong(path, `${cidr} overlaps ${otherPath.join(".")} (${other}): choose a range of its own`);
}

function checkAccess({ admins, network, orchestrator }: Estate, wrong: Wrong): void {
  if (Object.keys(admins.cidrs).length === 0)
    wrong(["admins", "cidrs"], "empty: name at least the range you work from, or nobody reaches SSH and the API");
  for (const [name, cidr] of Object.entries(admins.cidrs))
    if (cidr.endsWith("/0")) wrong(["admins", "cidrs", name], "is the whole internet: name the ranges you work from");
  if (Object.keys(network.nameservers).length === 0)
    wrong(["network", "nameservers"], "empty: hosts find each other by DNS names; name at least one resolver");
  const { hostname, port, protocol } = new URL(orchestrator.k3s.url);
  const used = Number(port) || (protocol === "https:" ? 443 : 80);
  const reachable = Object.values(network.downloads).some(
    (download) => download.port === used && (!isIPv4(hostname) || contains(download.cidr, hostname)),
  );
  if (!reachable)
    wrong(
      ["network", "downloads"],
      `no entry lets hosts reach ${hostname} port ${used}, where orchestrator.k3s.url points: add its range and port`,
    );
}
