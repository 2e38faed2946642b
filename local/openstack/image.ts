import type { OpenStack } from "../openstack-client/client.ts";
import type { Cloud } from "../openstack-client/clouds.ts";
import { OpenstackError } from "../openstack-client/error.ts";
import { logIn } from "../openstack-client/token.ts";
import { type CloudFacts, url } from "./facts.ts";

/** The image of the local cloud. Its bytes are never booted: a host of the local stack is a namespace and a folder. */
export const imageName = "flatcar-local";

interface Image {
  readonly id: string;
  readonly name: string;
  /** Such as `active`, or `queued` and `saving` on the way there. */
  readonly status: string;
}

/** Makes the image, public, with the properties one knows a Flatcar image by. */
export async function ensureImage(admin: OpenStack, cloud: Cloud, facts: CloudFacts): Promise<void> {
  if (await onlyFinished(admin)) return;
  const image = await describe(admin);
  const token = await logIn(cloud);
  const address = `${url(facts, "glance")}/v2/images/${image.id}/file`;
  const headers = { "x-auth-token": token.value, "content-type": "application/octet-stream" };
  const answer = await fetch(address, { method: "PUT", headers, body: new Uint8Array(1024 * 1024) });
  if (!answer.ok) throw new OpenstackError(`PUT ${address}`, answer.status, await answer.text());
}

/**
 * Whether the image is there. One whose upload was killed on the way would stay for ever beside a second one of its name, which
 * is then not clear to anybody: it is deleted.
 */
export async function onlyFinished(admin: OpenStack): Promise<boolean> {
  const found = await admin.list<Image>("image", "/v2/images", "images", { query: { name: imageName } });
  for (const { id, status } of found) {
    if (status !== "active") await admin.request("DELETE", "image", `/v2/images/${id}`);
  }
  return found.some(({ status }) => status === "active");
}

function describe(admin: OpenStack): Promise<Image> {
  return admin.request<Image>("POST", "image", "/v2/images", {
    body: {
      name: imageName,
      disk_format: "raw",
      container_format: "bare",
      visibility: "public",
      min_disk: 1,
      os_distro: "flatcar",
      os_version: "local",
      architecture: "x86_64",
    },
  });
}
