import type { OpenStack } from "../openstack-client/client.ts";
import type { ServerAction, ServerFacts } from "./decide.ts";
import type { Attachment } from "./volumes.ts";

/** What the boot part asks of the cloud. */
export interface Nova {
  servers(): Promise<ServerFacts[]>;
  actions(serverId: string): Promise<ServerAction[]>;
  attachments(serverId: string): Promise<Attachment[]>;
  /** Ids of all volumes there are. */
  volumeIds(): Promise<ReadonlySet<string>>;
}

/** One server of `GET /servers/detail`. */
export interface ServerDocument {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly updated?: string;
  readonly addresses?: Readonly<Record<string, readonly { readonly addr: string }[]>>;
  readonly "OS-EXT-STS:task_state"?: string | null;
  readonly "os-extended-volumes:volumes_attached"?: readonly { readonly id: string }[];
}

/** What of nova's answer matters here. */
export function serverOf(document: ServerDocument): ServerFacts {
  const task = document["OS-EXT-STS:task_state"];
  return {
    id: document.id,
    name: document.name,
    status: document.status,
    ...(task && { task }),
    updated: document.updated ?? "",
    addresses: Object.values(document.addresses ?? {}).flatMap((list) => list.map(({ addr }) => addr)),
    volumes: (document["os-extended-volumes:volumes_attached"] ?? []).map(({ id }) => id).toSorted(),
  };
}

/** Asks nova and cinder as the admin, for all projects. */
export function novaOf(cloud: OpenStack): Nova {
  const volumes = () =>
    cloud.list<{ id: string; size: number }>("block-storage", "/volumes/detail", "volumes", {
      query: { all_tenants: 1 },
    });
  return {
    servers: async () =>
      (await cloud.list<ServerDocument>("compute", "/servers/detail", "servers", { query: { all_tenants: 1 } })).map(
        serverOf,
      ),
    actions: (id) => cloud.list<ServerAction>("compute", `/servers/${id}/os-instance-actions`, "instanceActions"),
    attachments: async (id) => {
      const path = `/servers/${id}/os-volume_attachments`;
      const all = await cloud.list<{ volumeId: string; device?: string | null }>("compute", path, "volumeAttachments");
      const sizes = all.length === 0 ? [] : await volumes();
      return all.map(({ volumeId, device }) => ({
        volumeId,
        ...(device && { device }),
        sizeGiB: sizes.find(({ id }) => id === volumeId)?.size ?? 1,
      }));
    },
    volumeIds: async () => new Set((await volumes()).map(({ id }) => id)),
  };
}
