import type { HostFacts } from "../../stacks/facts.ts";
import type { Answer } from "./answer.ts";
import { listed, type Row } from "./row.ts";

/** An availability zone, as nova lists it. */
export interface Zone {
  readonly zoneName: string;
  readonly zoneState: { readonly available: boolean };
}

/** A row for each availability zone that the document names. */
export function zoneRows(hosts: readonly HostFacts[], zones: Answer<readonly Zone[]>): Row[] {
  const names = [...new Set(hosts.flatMap(({ availabilityZone = [] }) => availabilityZone))].sort();
  return names.map((name): Row => {
    const users = hosts.filter(({ availabilityZone }) => availabilityZone === name).map((host) => host.name);
    const row = { what: `availability zone ${name}`, needed: users.length };
    if ("unknown" in zones) return { ...row, verdict: "unknown", detail: zones.unknown };
    const zone = zones.value.find(({ zoneName }) => zoneName === name);
    if (zone?.zoneState.available) return { ...row, verdict: "ok" };
    const usable = zones.value.filter(({ zoneState }) => zoneState.available).map(({ zoneName }) => zoneName);
    const wrong = zone ? "it takes no servers now" : "there is no such zone";
    const cure = `${wrong}: write another availabilityZone for ${listed(users)} or their site, or none (there: ${listed(usable)})`;
    return { ...row, verdict: "missing", cure };
  });
}
