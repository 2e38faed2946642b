import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { Domain, ImageByDigest } from "../../stacks/schema/primitives.ts";
import { section, text, told, whole } from "../../stacks/schema/told.ts";
import { type ImagePart, imageParts, imagesOf, leastRelease, tooOld, unpinned } from "./images.ts";
import { apiPort, app, names, spoolPort, webPort } from "./names.ts";

const image = ImageByDigest.optional();

const Secret = section({
  /**
   * Count it up by one to change the secret that clients sign with, in one update: the one before is still taken until it is revoked.
   * Recordings are announced with the new one at once.
   */
  generation: z.int(told("write a whole number, 0 or more")).min(0).default(0),
  /** This secret and all before it are refused. Count it up in an update after all clients have the new one. */
  revoked: z.int(told("write a whole number, -1 or more")).min(-1).default(-1),
});

const Recordings = section({
  /**
   * Name of a PersistentVolumeClaim (ReadWriteMany) of yours, in the place of the estate's store: `spool`, `recording/scalelite`,
   * `published` and `unpublished` are folders of it. Nothing hands recordings over to it but you.
   * @default that of apps.recordings
   */
  claim: text("the name of a PersistentVolumeClaim").optional(),
});

export const application = defineApplication({
  about: "Leads meetings to the BigBlueButton server with the least load, and keeps the recordings of all.",
  settings: {
    /** The name under which people and clients reach it. */
    host: Domain,
    /** Pods of the API, and as many of nginx before it. Each of the API may have ten connections of the database. */
    replicas: whole(1, 5, "pods").default(2),
    /**
     * Seconds that a server may be silent before its meetings are ended: they are gone then, though it may come back. Shorter moves people
     * sooner to another server when one is lost.
     */
    graceSeconds: whole(20, 3600, "seconds").default(60),
    /** Recordings of all servers, imported and served. Without, there are none. */
    recordings: Recordings.optional(),
    /** What clients sign with. */
    secret: Secret.prefault({}),
    /**
     * Images of its parts, by digest, of 1.8.4 or later. Changing one migrates the database, then rolls the pods.
     * @default those that stacks/versions.ts pins, once their digests are known there
     */
    images: section({ api: image, nginx: image, poller: image, importer: image }).default({}),
  },
  uses: ["postgres", "redis"],
  after: ["recordings"],
  secrets: {
    /** Signs cookies of protected recordings. */
    secretKeyBase: { bytes: 64 },
    /** What clients sign with follows from it: whoever has that can create meetings, and change servers. */
    seed: { bytes: 32 },
  },
  ports: {
    http: { port: webPort, from: ["ingress", "use"] },
    api: { port: apiPort, from: [app] },
    spool: {
      ...{ port: spoolPort, from: ["monitoring"], scrape: true, component: "spool" },
      when: ({ recordings }) => recordings !== undefined,
    },
  },
  web: ({ host }) => [{ host, service: names.nginx, port: webPort }],
  check({ images, recordings, secret }, { apps }, wrong) {
    if (recordings && recordings.claim === undefined && !apps.recordings?.enabled)
      wrong(["recordings"], "needs their store: write apps.recordings too, or name a claim of yours here");
    const all = imagesOf(images);
    const parts: readonly ImagePart[] = recordings ? imageParts : imageParts.filter((part) => part !== "importer");
    for (const part of unpinned(all, parts))
      wrong(
        ["images", part],
        `the digest of ${all[part]} is not known to the project: write ${all[part]}@sha256:... with what your registry says of it ` +
          `(docker buildx imagetools inspect ${all[part]})`,
      );
    for (const part of tooOld(all, parts))
      wrong(
        ["images", part],
        `${all[part]} is older than ${leastRelease}: write that or a later one, or a server that is drained can get a meeting back`,
      );
    if (secret.revoked >= secret.generation)
      wrong(
        ["secret", "revoked"],
        `write less than generation (${secret.generation}): the secret in use must be taken`,
      );
  },
});
