import { Trouble } from "./say.ts";

/** A change of one place in software that others released. */
export interface Patch {
  /** Below the folder of what is patched. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

/** The text with the patch applied. @throws Trouble unless the text to replace is there exactly once: another release is another patch */
export function applyPatch(text: string, { file, find, replace, why }: Patch): string {
  const times = text.split(find).length - 1;
  if (times !== 1)
    throw new Trouble(
      `${file} has the text to replace ${times} times instead of once: it is not the release that the patch was written for (${why}). Look at what changed there, then change the patch or leave it out`,
    );
  return text.replace(find, () => replace);
}
