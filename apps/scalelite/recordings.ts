import type { Mount } from "./pods.ts";

/** The shared store of recordings. */
export interface Recordings {
  /** Name of its PersistentVolumeClaim (ReadWriteMany). */
  readonly claim: string;
}

/** Where parts have it; players of recordings are in nginx' image, in `playback` beside what is mounted there. */
export const store = "/var/bigbluebutton";

/** All of it, for who imports, publishes and deletes: folders in one volume, so that moving from one to another copies nothing. */
export function wholeStore({ claim }: Recordings): Mount {
  return { volume: volumeOf(claim), at: [{ mountPath: store }] };
}

/** What is published, for who sends it: mounted over the whole folder, it would hide the players of the image. */
export function publishedOnly({ claim }: Recordings): Mount {
  return { volume: volumeOf(claim), at: [{ mountPath: `${store}/published`, subPath: "published", readOnly: true }] };
}

/** All of it, for who only looks. */
export function storeToRead({ claim }: Recordings): Mount {
  return { volume: volumeOf(claim), at: [{ mountPath: store, readOnly: true }] };
}

function volumeOf(claimName: string) {
  return { name: "recordings", persistentVolumeClaim: { claimName } };
}
