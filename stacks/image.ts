import type { Image } from "./schema/image.ts";

/** The hosts' image. */
export interface ImageFacts {
  readonly system: Image["system"];
  /** Its name in Glance. One that is uploaded has another with every release and every file. */
  readonly name: string;
  /** From where it is uploaded; none where it is found by its name. */
  readonly source?: { readonly url: string; readonly sha256: string };
}

/** What the document says of the image, for an estate of this name. */
export function imageFacts(estate: string, image: Image): ImageFacts {
  const { system, name, stream, version, sha256 } = image;
  if (name !== undefined || !stream || !version || !sha256) return { system, name: name ?? "" };
  const url = image.url ?? published[system](stream, version);
  return { system, name: `${estate}-${system}-${stream}-${version}-${sha256.slice(0, 8)}`, source: { url, sha256 } };
}

/** @source flatcar.org and docs.fedoraproject.org, "Running on OpenStack", 2026-11 */
const published: Readonly<Record<Image["system"], (stream: string, version: string) => string>> = {
  flatcar: (stream, version) =>
    `https://${stream}.release.flatcar-linux.net/amd64-usr/${version}/flatcar_production_openstack_image.img`,
  "fedora-coreos": (stream, version) =>
    `https://builds.coreos.fedoraproject.org/prod/streams/${stream}/builds/${version}/x86_64/fedora-coreos-${version}-openstack.x86_64.qcow2.xz`,
};
