import type { Recorded } from "../components/recorded.ts";
import type { EstateFacts } from "./facts.ts";

/**
 * Whether the API is yet to move to its VIP: there are servers, and the names do not lead to the VIP. None of the servers has it before
 * it is replaced, so that until then the names must go on leading where they do: joins and drains of the roll go by them.
 *
 * An estate that is made has no server that could be reached otherwise: its names lead to the VIP from the start.
 */
export function movesToVip(
  { api, pools }: Pick<EstateFacts, "api" | "pools">,
  recorded: Pick<Recorded, "has" | "outputs"> | undefined,
): boolean {
  if (!api.vip || !recorded) return false;
  const servers = pools.flatMap(({ hosts }) => hosts).filter(({ runs }) => runs.includes("orchestrator"));
  const founded = servers.some(({ name }) => recorded.has("command:local:Command", `${name}-ready`));
  const { allFixedIps } = recorded.outputs("openstack:networking/port:Port", "api-port");
  const { records } = recorded.outputs("openstack:dns/recordSet:RecordSet", "dns-api.internal");
  return founded && !listOf(records).some((address) => listOf(allFixedIps).includes(address));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
