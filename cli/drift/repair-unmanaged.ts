import pRetry from "p-retry";
import type { OpenStack, ServiceType } from "../../local/openstack-client/client.ts";
import { isNotFound } from "../../local/openstack-client/error.ts";
import { Trouble } from "../../local/say.ts";
import { lookAt } from "./adopt.ts";
import type { Finding } from "./finding.ts";
import { openCloud, openCluster } from "./ground.ts";
import type { Item } from "./item.ts";
import { shortType } from "./render.ts";
import type { Prepared } from "./repair.ts";

/** Deletes what no state holds: it alone, and only if it is still there. */
export async function removeUnmanaged(stack: string, finding: Finding): Promise<Prepared> {
  const { place, name, type } = finding;
  const thing = await lookAt(stack, finding).catch((error: Error) => {
    throw new Trouble(`${name} cannot be looked at, so nothing is deleted: ${error.message}`);
  });
  const what = `${shortType(type)} ${name}`;
  return {
    text: [`This deletes ${what}, which no state holds, for good:`, ...factsOf(finding, thing)].join("\n"),
    act: async () => {
      if (place?.in === "kubernetes") await (await openCluster(stack)).remove(place, place.namespace, place.name);
      else if (place) await removeFrom(await openCloud(), place.service as ServiceType, place.path);
      return `${what} is deleted.`;
    },
  };
}

/** What tells an operator whether somebody needs it; no content of it. */
function factsOf({ place, meaning }: Finding, thing: Readonly<Record<string, unknown>>): string[] {
  const { created_at, status, device_id, port_id, attachments, size, records } = thing as unknown as Item;
  const facts = [
    place?.in === "kubernetes" ? `in the namespace ${place.namespace}` : `at ${place?.service}${place?.path}`,
    ...(created_at ? [`made at ${created_at}`] : []),
    ...(typeof status === "string" ? [`its status is ${status}`] : []),
    // glance says bytes, or null of an image without any
    ...(place?.in === "openstack" && place.kind === "volume" ? [`${size} GiB`] : []),
    ...(device_id ? [`attached to ${device_id}`] : []),
    ...(port_id ? [`it leads to the port ${port_id}`] : []),
    ...(attachments ?? []).map(({ server_id }) => `attached to the server ${server_id}`),
    ...(records ?? []).map((record) => `it leads to ${record}`),
  ];
  return [...facts, meaning].map((line) => `  ${line}`);
}

/** Asks for its deletion, and waits until it is gone: nova, cinder and octavia take their time. */
export async function removeFrom(openstack: OpenStack, service: ServiceType, path: string, wait = 2000): Promise<void> {
  const gone = (error: unknown) => {
    if (!isNotFound(error)) throw error;
    return undefined;
  };
  await openstack.request("DELETE", service, path).catch(gone);
  const look = async () => {
    const found = await openstack.get(service, path).catch(gone);
    if (found !== undefined) throw new Trouble(`${service}${path} is not gone yet; the cloud was asked to delete it`);
  };
  await pRetry(look, { retries: 60, factor: 1, minTimeout: wait });
}
