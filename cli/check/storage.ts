import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type Answer, ask, combine } from "./answer.ts";
import type { Requirements } from "./requirements.ts";

/** A volume of the project. */
export interface Volume {
  readonly name: string;
  readonly description: string | null;
  /** GiB. */
  readonly size: number;
  readonly volume_type: string | null;
}

/** A limit of cinder, and what is used of it. */
export interface StorageQuota {
  readonly limit: number;
  readonly in_use: number;
  /** By requests that are under way. */
  readonly reserved: number;
}

/** What cinder says to the project. */
export interface Storage {
  /** Such as `volumes` and `gigabytes`; of a volume type `volumes_ssd` and `gigabytes_ssd`. */
  readonly quotas: Answer<Readonly<Record<string, StorageQuota>>>;
  readonly volumes: Answer<readonly Volume[]>;
  readonly types: Answer<readonly { readonly name: string }[]>;
}

const unasked = { unknown: "not asked" };

/** Asks nothing for an estate without volumes: its cloud need not have cinder. */
export async function askStorage(openstack: OpenStack, needs: Requirements): Promise<Storage> {
  if (needs.volumes.length === 0) return { quotas: unasked, volumes: unasked, types: unasked };
  const project = await openstack.projectId();
  const [sets, volumes, types] = await Promise.all([
    ask(
      openstack.get<{ quota_set: Readonly<Record<string, StorageQuota>> }>(
        "block-storage",
        `/os-quota-sets/${project}`,
        { query: { usage: true } },
      ),
    ),
    ask(openstack.list<Volume>("block-storage", "/volumes/detail", "volumes")),
    ask(openstack.list<{ name: string }>("block-storage", "/types", "volume_types")),
  ]);
  return { volumes, types, quotas: combine({ sets }, (answer) => answer.sets.quota_set) };
}
