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

/** The first release in which a cordoned server gets no meeting any more: a drain relies on it. */
export const leastRelease = "1.8.4";

/** Those of the parts whose tag tells an older release. A tag that tells none is not judged. */
export function tooOld(images: Images, parts: readonly ImagePart[]): readonly ImagePart[] {
  const least = leastRelease.split(".").map(Number);
  return parts.filter((part) => {
    const release = releaseOf(images[part]);
    const differs = least.findIndex((number, index) => release?.[index] !== number);
    // `v1.8` is the newest of its line
    return release !== undefined && differs >= 0 && (release[differs] ?? Infinity) < (least[differs] ?? 0);
  });
}

/** The numbers of the release that the tag of an image begins with. */
function releaseOf(image: string): readonly number[] | undefined {
  const [, numbers] = /:v?(\d+(?:\.\d+){1,2})(?![\d.])[^/:@]*(?:@[^/]*)?$/.exec(image) ?? [];
  return numbers?.split(".").map(Number);
}
