import { type Answer, combine } from "./answer.ts";
import type { Compute, Server } from "./compute.ts";
import type { Flavor } from "./flavors.ts";
import type { Requirements } from "./requirements.ts";
import { present, type Room, type Row, raise, roomRow } from "./row.ts";

/** Servers, their sizes, and what belongs to them, against nova's quotas. */
export function computeQuotaRows(needs: Requirements, compute: Compute, project: string): Row[] {
  const quota = (option: string) => (limit: number) => raise(`openstack quota set --${option} ${limit} ${project}`);
  const size = sizes(needs, compute);
  const groups = Object.entries(needs.serverGroups);
  const largest = Math.max(0, ...groups.map(([, members]) => members));
  return [
    ...roomRow(
      "instances",
      needs.hosts.length,
      size("Instances", () => 1),
      quota("instances"),
    ),
    ...sizeRow(
      "cores",
      needs,
      compute,
      ({ vcpus }) => vcpus,
      size("Cores", ({ vcpus }) => vcpus),
      quota("cores"),
    ),
    ...sizeRow(
      "memory (MiB)",
      needs,
      compute,
      ({ ram }) => ram,
      size("RAM", ({ ram }) => ram),
      quota("ram"),
    ),
    ...roomRow("key pairs", needs.keyPairs.length, keyPairs(needs, compute), quota("key-pairs")),
    ...roomRow("server groups", groups.length, serverGroups(needs, compute), quota("server-groups")),
    ...roomRow("members of a server group", largest, members(compute), quota("server-group-members")),
  ];
}

type Size = Server["flavor"];

/** The room that nova has for servers, in one of the measures that it limits. */
function sizes({ estate, hosts }: Requirements, { limits, servers }: Compute) {
  // a server of a host that is no longer in the document is another's, until it is gone
  const own = combine({ servers }, (answer) =>
    hosts.flatMap(
      (host) => answer.servers.find(({ name, metadata }) => name === host.name && metadata?.estate === estate) ?? [],
    ),
  );
  return (measure: "Instances" | "Cores" | "RAM", ofOne: (size: Size) => number): Answer<Room> =>
    combine({ limits, own }, (answer) => ({
      limit: answer.limits[measure === "RAM" ? "maxTotalRAMSize" : `maxTotal${measure}`],
      used: answer.limits[`total${measure}Used`],
      own: sum(answer.own.map(({ flavor }) => ofOne(flavor))),
    }));
}

function keyPairs(needs: Requirements, { limits, keyPairs }: Compute): Answer<Room> {
  return combine({ limits, keyPairs }, (answer) => ({
    ...{ limit: answer.limits.maxTotalKeypairs, used: answer.keyPairs.length },
    own: present(needs.keyPairs, answer.keyPairs),
  }));
}

function serverGroups(needs: Requirements, { limits, serverGroups }: Compute): Answer<Room> {
  return combine({ limits, serverGroups }, (answer) => ({
    ...{ limit: answer.limits.maxServerGroups, used: answer.limits.totalServerGroupsUsed },
    own: present(Object.keys(needs.serverGroups), answer.serverGroups),
  }));
}

/** A limit of each group: nobody else is in one of the estate's. */
function members({ limits }: Compute): Answer<Room> {
  return combine({ limits }, (answer) => ({ limit: answer.limits.maxServerGroupMembers, used: 0, own: 0 }));
}

/** What all hosts need together. Without those of a flavor that is not there it may fit, but nobody knows. */
function sizeRow(
  what: string,
  { hosts }: Requirements,
  { flavors }: Compute,
  ofOne: (flavor: Flavor) => number,
  room: Answer<Room>,
  cure: (limit: number) => string,
): Row[] {
  if ("unknown" in flavors) return [{ what, verdict: "unknown", detail: flavors.unknown }];
  const known = hosts.flatMap((host) => flavors.value.find(({ name }) => name === host.flavor) ?? []);
  const rows = roomRow(what, sum(known.map(ofOne)), room, cure);
  const unsized = hosts.length - known.length;
  if (unsized === 0) return rows;
  const detail = `without ${unsized} hosts, whose flavor is not there`;
  return rows.map((row) => ({ ...row, verdict: row.verdict === "ok" ? "unknown" : row.verdict, detail }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
