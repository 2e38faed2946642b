/** What nova keeps of servers, deleted ones too, as its administrator sees it. */
import { join } from "node:path";
import { connect } from "../../../local/openstack-client/client.ts";
import { readCloud } from "../../../local/openstack-client/clouds.ts";
import { here } from "../estate.ts";

/** From when to when a host had no server. Times are milliseconds, in whole seconds. */
export interface Absence {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

interface Server {
  readonly id: string;
  readonly name: string;
  readonly "OS-SRV-USG:launched_at": string | null;
  readonly "OS-SRV-USG:terminated_at": string | null;
}

/**
 * Of every host, from the end of its server of before to the start of that of after.
 *
 * @param before ids of the servers, by host
 * @param after the same, later
 */
export async function absences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Promise<Absence[]> {
  const admin = connect(await readCloud(join(here.data, "openstack", "clouds.yaml"), "admin"));
  const query = { all_tenants: true };
  const servers = [
    ...(await admin.list<Server>("compute", "/servers/detail", "servers", { query })),
    ...(await admin.list<Server>("compute", "/servers/detail", "servers", { query: { ...query, deleted: true } })),
  ];
  const time = (id: string | undefined, key: "OS-SRV-USG:launched_at" | "OS-SRV-USG:terminated_at") => {
    const text = servers.find((server) => server.id === id)?.[key];
    if (!text) throw new Error(`nova does not say ${key} of server ${id}`);
    return Date.parse(`${text.replace(/Z$/, "")}Z`);
  };
  return Object.keys(after)
    .filter((host) => before[host] !== undefined && before[host] !== after[host])
    .map((host) => ({
      host,
      from: time(before[host], "OS-SRV-USG:terminated_at"),
      to: time(after[host], "OS-SRV-USG:launched_at"),
    }));
}

/** The most of them at one moment. */
export function mostAtOnce(absences: readonly Absence[]): number {
  return Math.max(
    0,
    ...absences.map(({ from }) => absences.filter((other) => other.from <= from && from < other.to).length),
  );
}
