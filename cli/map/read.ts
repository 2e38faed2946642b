import type { EstateMap, HostMap, NameMap } from "./estate-map.ts";
import { estateName, findGroups } from "./groups.ts";
import { findHosts } from "./hosts.ts";
import { byRole, byText } from "./order.ts";
import { findReach } from "./reach.ts";
import { findRouter, findSites } from "./sites.ts";
import { present, type State, text, texts } from "./state.ts";

/** What there is to draw. Equal states give equal maps. */
export function readMap(state: State): EstateMap {
  const groups = findGroups(state);
  const found = findHosts(state, groups);
  const reach = findReach(state, groups, found);
  const sites = findSites(state, found, reach);
  const zone = findZone(state);
  const names = findNames(state);
  const router = findRouter(state);
  const owned = new Set(found.flatMap(({ name }) => namesOf(name, zone)));
  const hosts = found.map(({ networkId, subnetId, network, ...host }): HostMap => {
    const own = names.filter(({ name }) => namesOf(host.name, zone).includes(name)).map(({ name }) => name);
    return { ...host, site: sites.get(subnetId)?.name ?? "", names: own };
  });
  return {
    ...{ stack: state.stack, estate: estateName(groups), zone, ...(state.changed ? { changed: state.changed } : {}) },
    ...{ ...(router ? { router } : {}), sites: [...sites.values()], groups: [...groups.values()], reach },
    hosts: hosts.sort((a, b) => byText(a.site, b.site) || byRole(a.role, b.role) || byText(a.name, b.name)),
    names: names.filter(({ name }) => !owned.has(name)),
  };
}

/** The estate's zone; its others lead back from addresses. */
function findZone(state: State): string {
  const names = present(state, "dns/zone:Zone").map(({ values }) => text(values.name).replace(/\.$/, ""));
  return names.find((name) => !name.endsWith(".in-addr.arpa")) ?? "";
}

function findNames(state: State): NameMap[] {
  const names = present(state, "dns/recordSet:RecordSet")
    .filter(({ values }) => values.type !== "PTR")
    .map(({ values }) => ({ name: text(values.name).replace(/\.$/, ""), addresses: texts(values.records) }));
  return names.sort((a, b) => byText(a.name, b.name));
}

/** The names a host has in the zone, as `deriveFacts` gives them. */
function namesOf(host: string, zone: string): string[] {
  return [`${host}.${zone}`, `${host}.internal.${zone}`];
}
