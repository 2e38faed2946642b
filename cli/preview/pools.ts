import { name as registratorName } from "../../apps/registrator/names.ts";
import { orderOf } from "../../apps/registrator/order.ts";
import type { RegistratorSettings } from "../../apps/registrator/settings.ts";
import type { EstateFacts, PoolFacts } from "../../stacks/facts.ts";
import { meetingMinutes } from "../gate/meetings.ts";

/**
 * The pools with the minutes that a roll of them may really take: where hosts have meetings, those of their drain come to those of the
 * pods, and after joining as many again for TURN, and for Scalelite.
 */
export function plannedPools({ pools, apps }: Pick<EstateFacts, "pools" | "apps">): readonly PoolFacts[] {
  const settings = apps.find(({ name }) => name === registratorName)?.settings as RegistratorSettings | undefined;
  if (!settings) return pools;
  const more = meetingMinutes(orderOf(settings, { machine: "", announced: "" }));
  return pools.map((pool) => {
    if (!pool.runs.includes("bbb")) return pool;
    const { drainMinutes, joinMinutes } = pool.rollout;
    return { ...pool, rollout: { ...pool.rollout, drainMinutes: drainMinutes + more, joinMinutes: 3 * joinMinutes } };
  });
}
