import { type Answer, combine } from "./answer.ts";
import type { Requirements, VolumeRequirement } from "./requirements.ts";
import { type Room, type Row, raise, roomRow } from "./row.ts";
import type { Storage, Volume } from "./storage.ts";

/** Volumes and their sizes, against cinder's quotas; those of a volume type too, where it has some. */
export function storageQuotaRows(needs: Requirements, storage: Storage, project: string): Row[] {
  const largest = Math.max(0, ...needs.volumes.map(({ sizeGiB }) => sizeGiB));
  const ofOne = combine({ quotas: storage.quotas }, ({ quotas }) => {
    return { limit: quotas.per_volume_gigabytes?.limit, used: 0, own: 0 };
  });
  const cure = (limit: number) => raise(`openstack quota set --per-volume-gigabytes ${limit} ${project}`);
  return [
    ...countAndSize(needs, storage, project),
    ...roomRow("size of a volume (GiB)", largest, ofOne, cure),
    ...limitedTypes(needs, storage).flatMap((type) => countAndSize(needs, storage, project, type)),
  ];
}

/** How many volumes and GiB: of all types, or of one. */
function countAndSize(needs: Requirements, storage: Storage, project: string, type?: string): Row[] {
  const wanted = needs.volumes.filter((volume) => type === undefined || volume.type === type);
  const what = `volumes${type === undefined ? "" : ` of type ${type}`}`;
  const row = (title: string, quota: string, needed: number, count: (volumes: readonly Volume[]) => number) =>
    roomRow(title, needed, roomOf(storage, type === undefined ? quota : `${quota}_${type}`, wanted, count), (limit) => {
      const only = type === undefined ? "" : ` --volume-type '${type}'`;
      return raise(`openstack quota set${only} --${quota} ${limit} ${project}`);
    });
  return [
    ...row(what, "volumes", wanted.length, (volumes) => volumes.length),
    ...row(`${what} (GiB)`, "gigabytes", gibibytes(wanted.map(({ sizeGiB }) => sizeGiB)), (volumes) =>
      gibibytes(volumes.map(({ size }) => size)),
    ),
  ];
}

function roomOf(
  { quotas, volumes }: Storage,
  quota: string,
  wanted: readonly VolumeRequirement[],
  count: (volumes: readonly Volume[]) => number,
): Answer<Room> {
  return combine({ quotas, volumes }, (answer) => {
    const found = answer.quotas[quota];
    const own = wanted.flatMap(
      ({ name, description }) =>
        answer.volumes.find((volume) => volume.name === name && volume.description === description) ?? [],
    );
    return { limit: found?.limit, used: found && found.in_use + found.reserved, own: count(own) };
  });
}

/** The volume types of the document that have limits of their own: most clouds have none. */
function limitedTypes({ volumes }: Requirements, { quotas }: Storage): readonly string[] {
  if ("unknown" in quotas) return [];
  const types = [...new Set(volumes.flatMap(({ type = [] }) => type))].sort();
  return types.filter((type) =>
    [`volumes_${type}`, `gigabytes_${type}`].some((quota) => (quotas.value[quota]?.limit ?? -1) >= 0),
  );
}

function gibibytes(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
