import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type Answer, ask, combine } from "./answer.ts";
import type { Requirements } from "./requirements.ts";
import { present, type Room, type Row, raise, roomRow } from "./row.ts";

interface Zone {
  readonly id: string;
  readonly name: string;
}

interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly records: readonly string[];
}

/** What Designate says to the project. */
export interface Names {
  /** Limits, such as `zone_recordsets`. */
  readonly quotas: Answer<Readonly<Record<string, number>>>;
  readonly zones: Answer<readonly Zone[]>;
  /** Those of the estate's zone; none if there is no such zone yet. */
  readonly recordSets: Answer<readonly RecordSet[]>;
}

export async function askNames(openstack: OpenStack, { zone }: Requirements): Promise<Names> {
  const project = await openstack.projectId();
  const [quotas, zones] = await Promise.all([
    ask(openstack.get<Readonly<Record<string, number>>>("dns", `/v2/quotas/${project}`)),
    ask(openstack.list<Zone>("dns", "/v2/zones", "zones")),
  ]);
  const found = "value" in zones ? zones.value.find(({ name }) => name === zone) : undefined;
  const recordSets: Names["recordSets"] = found
    ? await ask(openstack.list<RecordSet>("dns", `/v2/zones/${found.id}/recordsets`, "recordsets"))
    : combine({ zones }, () => []);
  return { quotas, zones, recordSets };
}

/** SOA and NS, which Designate itself makes in every zone. */
const ofDesignate = 2;

/** The zone and what is in it, against Designate's quotas. */
export function nameRows(needs: Requirements, { quotas, zones, recordSets }: Names, project: string): Row[] {
  const row = (what: string, quota: string, needed: number, use: Answer<Omit<Room, "limit">>) => {
    const room = combine({ quotas, use }, (answer) => ({ limit: answer.quotas[quota], ...answer.use }));
    const option = quota.replaceAll("_", "-");
    return roomRow(what, needed, room, (limit) =>
      raise(`openstack dns quota set --project-id ${project} --${option} ${limit}`),
    );
  };
  const wanted = Object.keys(needs.recordSets);
  const allZones = [needs.zone, ...needs.reverseZones];
  const zoneUse = combine({ zones }, (answer) => ({
    ...{ used: answer.zones.length, own: present(allZones, answer.zones) },
  }));
  const setUse = combine({ recordSets }, (answer) => ({
    used: answer.recordSets.length || ofDesignate,
    own: present(wanted, answer.recordSets),
  }));
  const recordUse = combine({ recordSets }, (answer) => {
    // those that Designate makes itself do not count
    const sets = answer.recordSets.filter(
      ({ name, type }) => type !== "SOA" && !(type === "NS" && name === needs.zone),
    );
    return { used: count(sets), own: count(sets.filter(({ name }) => wanted.includes(name))) };
  });
  const records = Object.values(needs.recordSets).reduce((total, addresses) => total + addresses, 0);
  return [
    ...row("zones", "zones", allZones.length, zoneUse),
    ...row(`record sets of ${needs.zone}`, "zone_recordsets", wanted.length, setUse),
    ...row(`records of ${needs.zone}`, "zone_records", records, recordUse),
  ];
}

function count(sets: readonly RecordSet[]): number {
  return sets.reduce((total, { records }) => total + records.length, 0);
}
