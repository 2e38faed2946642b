import { versions } from "../../stacks/versions.ts";

/** The image: the one that the project pins, where the document does not say another. */
export function imageOf(written: string | undefined): string {
  return written ?? versions.greenlight;
}

/** Whether it can be no other image tomorrow. */
export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}
