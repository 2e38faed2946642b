import { isPinned } from "../../stacks/schema/primitives.ts";
import { versions } from "../../stacks/versions.ts";
import type { Part } from "./names.ts";

/** Parts that have an image of their own; the migration runs that of the API, and the exporter is ours. */
export const imageParts = ["api", "nginx", "poller", "importer"] as const;
export type ImagePart = Exclude<Part, "migration" | "spool">;
export type Images = Readonly<Record<ImagePart, string>>;

/** The images: those that the project pins, where the document does not say others. */
export function imagesOf(written: { readonly [part in ImagePart]?: string | undefined }): Images {
  const entries = imageParts.map((part) => [part, written[part] ?? versions.scalelite[part]]);
  return Object.fromEntries(entries) as Images;
}

/** Those of the parts that may be another image tomorrow. */
export function unpinned(images: Images, parts: readonly ImagePart[]): readonly ImagePart[] {
  return parts.filter((part) => !isPinned(images[part]));
}
