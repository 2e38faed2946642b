import type { OpenStack } from "../openstack-client/client.ts";
import { volumeType } from "./cinder.ts";

/** The volume type that volumes get by default. */
export async function ensureVolumeType(admin: OpenStack): Promise<void> {
  const known = await admin.list<{ name: string }>("block-storage", "/types", "volume_types");
  if (known.some(({ name }) => name === volumeType)) return;
  await admin.request("POST", "block-storage", "/types", {
    body: {
      volume_type: {
        name: volumeType,
        "os-volume-type-access:is_public": true,
        description: "a folder of the local stack",
        extra_specs: { volume_backend_name: "estate" },
      },
    },
  });
}
