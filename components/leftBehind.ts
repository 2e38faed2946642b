import { setTimeout as sleep } from "node:timers/promises";
import type { OpenStack } from "../local/openstack-client/client.ts";
import { isNotFound } from "../local/openstack-client/error.ts";

/** How often Designate is asked whether it has deleted something, once a second: it asks its name servers first. */
const patience = 120;

/**
 * Removes from Designate what a failed creation left there, and waits until it is gone: until then its name is taken.
 *
 * @param zoneId of a record set; undefined: it is a zone
 * @param left all that it must have as it is here. Its description says whose it is: one made by hand is left alone
 * @param wait between two questions. @default a second
 * @returns whether there was one
 * @throws Error when it is still there after two minutes
 */
export async function removeLeftBehind(
  openstack: OpenStack,
  zoneId: string | undefined,
  left: Readonly<Record<string, string | undefined>>,
  wait: () => Promise<unknown> = () => sleep(1000),
): Promise<boolean> {
  const path = zoneId ? `/v2/zones/${zoneId}/recordsets` : "/v2/zones";
  const listed = await openstack.list<Record<string, string>>("dns", path, zoneId ? "recordsets" : "zones");
  const one = listed.find((item) => Object.entries(left).every(([key, value]) => item[key] === value));
  if (!one) return false;
  await openstack.request("DELETE", "dns", `${path}/${one.id}`).catch(unlessGone);
  for (let asked = 0; asked < patience; asked += 1) {
    if (await openstack.get("dns", `${path}/${one.id}`).then(() => false, unlessGone)) return true;
    await wait();
  }
  throw new Error(
    `${one.name} was left in Designate by an attempt that failed, and is not deleted: see whether its name servers answer, ` +
      `then 'openstack ${zoneId ? `recordset delete ${zoneId}` : "zone delete"} ${one.id}'`,
  );
}

function unlessGone(error: unknown): true {
  if (!isNotFound(error)) throw error;
  return true;
}
