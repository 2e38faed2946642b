import type { Recorded } from "../components/recorded.ts";
import type { EstateFacts, VolumeFacts } from "./facts.ts";

/** A volume without a host, by its whole name. */
export interface KeptVolume {
  readonly name: string;
  readonly sizeGiB: number;
}

/** The types of a volume, and of the component that it is in, as the state has them. */
const volume = ["openstack:blockstorage/volume:Volume", "estate:storage:HostVolumes"] as const;

type Facts = Pick<EstateFacts, "pools" | "removal">;
type State = Pick<Recorded, "names" | "outputs">;

/**
 * The volumes that stay though their hosts are gone, because the document says so.
 *
 * @throws Error when data would go that the document does not say may go: a volume that it no longer has, one that would shrink, or one
 *   of another type; or when it keeps a volume, and nobody knows what there is
 */
export function keptVolumes(facts: Facts, recorded: State | undefined): KeptVolume[] {
  const { volumes } = facts.removal;
  if (!recorded) {
    const kept = Object.keys(volumes).filter((name) => volumes[name] === "keep");
    if (kept.length === 0) return [];
    throw new Error(
      `The engine does not say what the stack holds, so that removal.volumes cannot keep ${kept.join(", ")}: put their hosts back, or use an engine that says it.`,
    );
  }
  const problems = [...changed(facts, recorded), ...unsaid(facts, recorded)];
  if (problems.length > 0)
    throw new Error(["Data would be lost, so nothing is changed:", ...problems.map((line) => `  ${line}`)].join("\n"));
  return recorded
    .names(...volume)
    .filter((name) => volumes[name] === "keep")
    .map((name) => ({ name, sizeGiB: Number(recorded.outputs(volume[0], name).size) || 1 }));
}

/** In the document, by their whole names. */
function named({ pools }: Facts): ReadonlyMap<string, VolumeFacts & { readonly role: string }> {
  return new Map(
    pools
      .flatMap(({ hosts }) => hosts)
      .flatMap((host) => host.volumes.map((one) => [`${host.name}-${one.name}`, { ...one, role: host.role }] as const)),
  );
}

function unsaid(facts: Facts, recorded: State): string[] {
  const wanted = named(facts);
  return recorded
    .names(...volume)
    .filter((name) => !wanted.has(name) && facts.removal.volumes[name] === undefined)
    .map(
      (name) =>
        `the volume ${name} is no longer in the document: put it back, or write removal: { volumes: { ${name}: keep } } to have it stay, or delete instead of keep`,
    );
}

/** What cinder would refuse when half of the update is done. */
function changed(facts: Facts, recorded: State): string[] {
  return [...named(facts)].flatMap(([name, { role, name: own, sizeGiB, type }]) => {
    const { size, volumeType } = recorded.outputs(volume[0], name);
    const at = `roles.${role}.volumes.${own}`;
    return [
      ...(typeof size === "number" && sizeGiB < size
        ? [
            `${at}.sizeGiB: ${name} has ${size} GiB, and volumes do not shrink: write ${size} or more, or make one of another name and move the data`,
          ]
        : []),
      ...(type !== undefined && typeof volumeType === "string" && volumeType !== "" && volumeType !== type
        ? [
            `${at}.type: ${name} is of the type ${volumeType}, and data does not move by itself: write that, or make one of another name and move the data`,
          ]
        : []),
    ];
  });
}
