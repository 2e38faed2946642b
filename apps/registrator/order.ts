import { apiOf } from "./declared-state.ts";
import type { DrainOrder } from "./service/drain-record.ts";
import type { RegistratorSettings } from "./settings.ts";

/** The order that drains a machine of a host, as the document says it now. */
export function orderOf(
  { drain }: Pick<RegistratorSettings, "drain">,
  { machine, announced }: { readonly machine: string; readonly announced: string },
): DrainOrder {
  const { minutes, atDeadline, warnAt, recordingMinutes } = drain;
  const texts = Object.entries(drain.texts).map(([language, { ends, asks }]) => [
    language,
    atDeadline === "end" ? ends : asks,
  ]);
  return {
    ...{ machine, url: apiOf(announced), minutes, atDeadline, warnAt, recordingMinutes },
    texts: Object.fromEntries(texts),
  };
}
