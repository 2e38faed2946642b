import { isPinned } from "../../stacks/schema/primitives.ts";
import { versions } from "../../stacks/versions.ts";

/** Services of upstream's project as this estate runs it, by the names they have there. */
export const upstreamServices = [
  ...["bbb-web", "freeswitch", "nginx", "etherpad", "bbb-pads", "bbb-export-annotations", "redis", "webrtc-sfu"],
  ...["fsesl-akka", "apps-akka", "bbb-graphql-server", "bbb-graphql-actions", "bbb-graphql-middleware"],
  ...["periodic", "postgres"],
] as const;

/** Those that are there only where meetings are recorded. */
export const recordingServices = ["recordings", "bbb-webrtc-recorder"] as const;

/** What the estate adds to it; `generator` writes the compose file when the host starts, and is no service. */
export const ownParts = ["haproxy", "exporter", "generator"] as const;

export const imageParts = [...upstreamServices, ...recordingServices, ...ownParts];
export type ImagePart = (typeof imageParts)[number];
export type Images = Readonly<Record<ImagePart, string>>;

/** The images: those that the project pins, where the document does not say others. */
export function imagesOf(written: { readonly [part in ImagePart]?: string | undefined }): Images {
  return Object.fromEntries(imageParts.map((part) => [part, written[part] ?? versions.bbb.images[part]])) as Images;
}

/** Those of the parts in use that may be another image tomorrow. */
export function unpinned(images: Images, { recording }: { readonly recording: boolean }): readonly ImagePart[] {
  const unused: readonly ImagePart[] = recording ? [] : recordingServices;
  return imageParts.filter((part) => !unused.includes(part) && !isPinned(images[part]));
}
