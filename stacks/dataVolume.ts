import type { EstateFacts, HostFacts, VolumeFacts } from "./facts.ts";

/** A data volume of a host, by their names, which the rules of the document have checked. */
export function dataVolume(
  { pools }: Pick<EstateFacts, "pools">,
  named: { readonly host: string; readonly volume: string },
): { readonly host: HostFacts; readonly volume: VolumeFacts } {
  const host = pools.flatMap(({ hosts }) => hosts).find(({ name }) => name === named.host);
  const volume = host?.volumes.find(({ name }) => name === named.volume);
  if (!host || !volume) throw new Error(`there is no volume ${named.volume} of a host ${named.host}`);
  return { host, volume };
}
