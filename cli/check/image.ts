import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type Answer, ask } from "./answer.ts";
import type { Requirements } from "./requirements.ts";
import { listed, type Row } from "./row.ts";

/** An image, as glance lists it. */
export interface Image {
  readonly name: string;
  /** Only an `active` one can be booted. */
  readonly status: string;
  /** GiB that the disk of a flavor must have. */
  readonly min_disk?: number;
  /** MiB of memory. */
  readonly min_ram?: number;
}

/** The images of that name. */
export async function askImages(openstack: OpenStack, name: string): Promise<Answer<readonly Image[]>> {
  return ask(openstack.list<Image>("image", "/v2/images", "images", { query: { name } }));
}

export function imageRow(
  { image: name, uploads }: Pick<Requirements, "image" | "uploads">,
  images: Answer<readonly Image[]>,
): Row {
  const what = `image ${name}`;
  if ("unknown" in images) return { what, verdict: "unknown", detail: images.unknown };
  const active = images.value.filter(({ status }) => status === "active").length;
  if (active === 1) return { what, verdict: "ok", detail: "active" };
  if (active > 1) return { what, verdict: "ok", detail: `${active} are active: the newest is taken` };
  if (uploads && images.value.length === 0) return { what, verdict: "ok", detail: "the estate uploads it" };
  const cure =
    images.value.length === 0
      ? "this project sees no image of that name: upload it, have it shared, or write another in image.name"
      : `it is not active, but ${listed(images.value.map(({ status }) => status))}: wait for its upload, or upload it again`;
  return { what, verdict: "missing", cure };
}
