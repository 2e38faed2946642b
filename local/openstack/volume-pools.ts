import pRetry from "p-retry";
import type { OpenStack } from "../openstack-client/client.ts";

/**
 * Resolves when cinder's scheduler knows where volumes go. It hears that from the daemon of the volumes, which may have said it before the
 * scheduler listened, and says it again after seconds; until then every new volume ends in an error.
 *
 * @throws Error when it has not heard of any place for a minute
 */
export async function volumesHavePlace(admin: OpenStack): Promise<void> {
  const ask = async () => {
    const pools = await admin.list<{ name: string }>("block-storage", "/scheduler-stats/get_pools", "pools");
    if (pools.length === 0) throw new Error("cinder's scheduler knows of no place for volumes");
  };
  await pRetry(ask, { retries: 60, minTimeout: 1000, factor: 1 });
}
