import { imageParts } from "../../../apps/scalelite/images.ts";
import { versions } from "../../../stacks/versions.ts";

/** Scalelite's images with digests, which the project does not know. */
export const scaleliteImages = Object.fromEntries(
  imageParts.map((part) => [part, `${versions.scalelite[part]}@sha256:${"0".repeat(64)}`]),
);

/** Gives a document Scalelite, with the stores that it uses on the first worker, and these applications besides. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withScalelite(document: any, { settings = {}, apps = {} }: { settings?: object; apps?: object } = {}) {
  const volumes = ["postgres", "backups", "redis"].map((name) => [name, { sizeGiB: 10, path: `/var/lib/${name}` }]);
  document.roles.worker.volumes = { ...document.roles.worker.volumes, ...Object.fromEntries(volumes) };
  const scalelite = { host: "meet.example.org", images: scaleliteImages, ...settings };
  document.apps = {
    ...document.apps,
    ...{ postgres: { host: "worker-01" }, redis: { host: "worker-01" }, scalelite, ...apps },
  };
}
