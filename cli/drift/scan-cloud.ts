import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type CloudKind, cloudKinds, type Ground, recordSets } from "./cloud-kinds.ts";
import { type Finding, findingId } from "./finding.ts";
import { type Item, listItems } from "./item.ts";

/** What a scan found, and what could not be looked at. */
export interface Scan {
  readonly findings: readonly Finding[];
  /** Sentences: a check with these is not whole. */
  readonly troubles: readonly string[];
}

/**
 * What the project of the cloud holds and no state does. It only lists.
 *
 * @param shared whether the project has other things than the estate's: then only what touches the estate is told
 */
export async function scanCloud(openstack: OpenStack, ground: Ground, shared: boolean): Promise<Scan> {
  const kinds: [string, CloudKind][] = [
    ...Object.entries(cloudKinds),
    ...ground.held.zones.map(({ id, name }): [string, CloudKind] => [`record set of ${name}`, recordSets(id)]),
  ];
  const scans = await Promise.all(
    kinds.map(async ([name, kind]) => {
      // a cloud without octavia or designate has nothing of it
      if (!(await openstack.offers(kind.service))) return { findings: [], troubles: [] };
      return scanKind(openstack, name, kind, ground, shared).catch((error: Error) => ({
        findings: [],
        troubles: [`the cloud did not list its ${kind.key}: ${error.message}`],
      }));
    }),
  );
  return { findings: scans.flatMap(({ findings }) => findings), troubles: scans.flatMap(({ troubles }) => troubles) };
}

async function scanKind(
  openstack: OpenStack,
  name: string,
  kind: CloudKind,
  ground: Ground,
  shared: boolean,
): Promise<Scan> {
  const listed = await listItems(openstack, kind.service, kind.list ?? kind.path, kind.key);
  const unknown = listed.filter((item) => !ground.held.ids.has(item.id) && !kind.clouds?.(item, ground));
  const told = shared ? unknown.filter((item) => kind.touches(item, ground)) : unknown;
  return { findings: told.map((item) => findingOf(name, kind, item, ground)), troubles: [] };
}

function findingOf(name: string, kind: CloudKind, item: Item, ground: Ground): Finding {
  const path = `${kind.path}/${encodeURIComponent(item.id)}`;
  return {
    ...{ id: findingId("unmanaged", `${kind.service}${path}`), answer: "unmanaged", change: "unknown", paths: [] },
    ...{ type: kind.type, name: shownName(item), class: kind.class(item, ground), owner: "unknown" },
    meaning: kind.meaning(item, ground),
    place: { in: "openstack", kind: name.startsWith("record set") ? "recordSet" : name, service: kind.service, path },
  };
}

/** Its name, or what else people know it by. */
function shownName(item: Item): string {
  const { name, floating_ip_address, description, id, type } = item;
  if (name) return type && item.records ? `${name} ${type}` : name;
  return floating_ip_address || description || id;
}
