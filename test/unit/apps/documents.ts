import { imagesOf as bbbImagesOf, imageParts as bbbParts } from "../../../apps/bbb/images.ts";
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

/** Gives a document the store of recordings, on a host of its own. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withStore(document: any) {
  const volumes = { recordings: { sizeGiB: 50, path: "/var/lib/recordings" } };
  document.roles.recordings = { flavor: "m1.small", count: 1, volumes };
  document.apps = { ...document.apps, recordings: {} };
}

/** process-exporter's image with a digest, which the project does not know. */
export const processExporterImage = `${versions.processExporter}@sha256:${"0".repeat(64)}`;

/** Greenlight's image with a digest, which the project does not know. */
export const greenlightImage = `${versions.greenlight}@sha256:${"0".repeat(64)}`;

/** What the portal needs at the least. */
export const greenlightSettings = {
  ...{ host: "rooms.example.org", image: greenlightImage, files: { claim: "uploads" } },
};

/** Gives a document the portal, with all that it uses, and lets hosts reach the servers that tests name. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withGreenlight(document: any, settings: object = {}) {
  withScalelite(document, { apps: { greenlight: { ...greenlightSettings, ...settings } } });
  document.network.downloads = {
    ...document.network.downloads,
    ...{ web: { cidr: "0.0.0.0/0", port: 443 }, mail: { cidr: "192.0.2.25/32", port: 587 } },
  };
}

/** BigBlueButton's images with digests, which the project does not know. */
export const bbbImages = Object.fromEntries(
  bbbParts.map((part) => [part, `${bbbImagesOf({})[part].replace(/@.*/, "")}@sha256:${"0".repeat(64)}`]),
);

/** What bbb hosts need at the least. */
export const bbbSettings = {
  project: { url: "https://mirror.example.org/bbb-3.0.23.tar.gz", sha512: "a1".repeat(64) },
  compose: { url: "https://mirror.example.org/docker-compose-2.40.3", sha512: "b2".repeat(64) },
  images: bbbImages,
};

/** Gives a document BigBlueButton, with all that it uses. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withBbb(document: any, settings: object = {}) {
  const registrator = { image: `registry.example.org/estate:1@sha256:${"0".repeat(64)}` };
  withScalelite(document, { apps: { registrator, coturn: {}, bbb: { ...bbbSettings, ...settings } } });
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  document.roles.bbb.publicAddress = true;
  document.network.downloads.web = { cidr: "0.0.0.0/0", port: 443 };
}
