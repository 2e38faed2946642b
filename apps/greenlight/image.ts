import { versions } from "../../stacks/versions.ts";

/** The image: the one that the project pins, where the document does not say another. */
export function imageOf(written: string | undefined): string {
  return written ?? versions.greenlight;
}
