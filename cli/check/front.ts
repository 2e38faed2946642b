import type { ServiceType } from "../../local/openstack-client/client.ts";
import type { Requirements } from "./requirements.ts";
import type { Row } from "./row.ts";

/** What stands before the orchestrator's API, where it is nothing: enough, and less than the cloud may have. */
export function frontRows(
  { bareServers: bare }: Pick<Requirements, "bareServers">,
  there: readonly ServiceType[],
): Row[] {
  if (!bare) return [];
  const better = [...(bare.mayHaveVip ? ["vip"] : []), ...(there.includes("load-balancer") ? ["loadBalancer"] : [])];
  const row: Row = { what: "front of the API", verdict: "ok", detail: `none: its names lead to ${bare.count} servers` };
  if (better.length === 0) return [row];
  const advice = `while a server is replaced, a client that asked that one gets no answer for seconds, and must try again: write ${better.join(" or ")} in orchestrator.api.front, and another server answers at the same address. In an estate that is built that replaces its servers, one after another`;
  return [{ ...row, advice }];
}
