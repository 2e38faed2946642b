import type { Change } from "./changes.ts";
import type { Plan } from "./plan.ts";

/** What keeps data that nothing else has, where it does not stay. */
export function holdsData({ type, kind }: Pick<Change, "type" | "kind">): boolean {
  if (kind !== "replace" && kind !== "delete") return false;
  return /^openstack:(blockstorage\/volume|sharedfilesystem\/share|objectstorage\/container):|:PersistentVolume(Claim)?$/.test(
    type,
  );
}

/** What holds data and goes, but for volumes of which the document says that they are deleted. */
export function goneData({ changes, mayGo }: Pick<Plan, "changes" | "mayGo">): readonly Change[] {
  return changes.filter((change) => holdsData(change) && !(change.kind === "delete" && mayGo.includes(change.name)));
}

const port = "openstack:networking/port:Port";
const floatingIp = "openstack:networking/floatingIp:FloatingIp";
const zone = "openstack:dns/zone:Zone";

/**
 * What gives hosts the addresses and names that others know, and goes, though the hosts stay: their ports, their floating IPs, and the
 * estate's zone. A port whose fixed addresses are asked for anew has others at once, under a server that runs. A host that leaves takes
 * its own along, also from a base of its own, where its server went before; the API's front may be another, and its names follow.
 */
export function goneAddresses({
  changes,
  hosts,
  staying,
}: Pick<Plan, "changes" | "hosts" | "staying">): readonly Change[] {
  const leaving = new Set(hosts.filter(({ kind }) => kind === "delete").map(({ name }) => name));
  const known = staying.length > 0 ? (host: string) => staying.includes(host) : () => true;
  const isStaying = (host: string) => known(host) && !leaving.has(host);
  const stays = (name: string, part: string) => name.endsWith(part) && isStaying(name.slice(0, -part.length));
  return changes.filter(({ type, name, kind, changed }) => {
    const readdressed = type === port && kind === "update" && changed.some((path) => /^fixedIps\b/.test(path));
    if (kind !== "replace" && kind !== "delete" && !readdressed) return false;
    if (type === zone) return name === "dns";
    if (type === port) return name !== "api-port" && stays(name, "-port");
    return type === floatingIp && name !== "api-floating-ip" && stays(name, "-floating-ip");
  });
}
