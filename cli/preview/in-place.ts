import { server } from "../up/step.ts";
import type { Change } from "./changes.ts";

/** Changes of these are for people and for the state alone: nothing that is sent over the network goes another way. */
const words: readonly string[] = ["name", "description", "tags", "metadata", "protect"];

/** What would have nova build a host again, or move it to another size, with all that runs on it. */
const machine: readonly string[] = ["imageId", "imageName", "flavorId", "flavorName"];

/**
 * A host, or what leads to hosts, that changes where it is: a record that names another address, a port with other groups. Whether
 * that cuts anything off is not known, and what is unknown is never harmless. A rule of a group is not among them: it is made or deleted.
 */
export function shiftsInPlace({ type, kind, changed }: Pick<Change, "type" | "kind" | "changed">): boolean {
  if (kind !== "update" || !(type === server || leadsToHosts(type))) return false;
  return changed.length === 0 || changed.some((path) => !words.includes(head(path)));
}

/** Addresses, names, groups, routers and load balancers. */
export function leadsToHosts(type: string): boolean {
  return /^openstack:(networking|loadbalancer|dns)\//.test(type);
}

/** What of a host's machine would change while it runs, undrained; nothing where it is replaced for it. */
export function rebuiltBy({ type, kind, changed }: Pick<Change, "type" | "kind" | "changed">): readonly string[] {
  return type === server && kind === "update" ? changed.filter((path) => machine.includes(head(path))) : [];
}

/** `tags` of `tags[0]`, `metadata` of `metadata.role`. */
function head(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? "";
}
