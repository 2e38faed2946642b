/** A change of one line in an installed package. */
export interface Patch {
  /** Below `site-packages`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

/** What is changed in released packages. */
export const patches: readonly Patch[] = [
  {
    file: "oslo_messaging/_drivers/amqpdriver.py",
    find: "            except queue.Empty:\n                time.sleep(0.5)\n",
    replace: "            except queue.Empty:\n                time.sleep(0.01)\n",
    why: "oslo.messaging 17.3.0 looks for the answer of a remote call only twice a second (its way around bug 2035113)",
  },
];

/** The text with the patch applied. Throws unless the text to replace is there exactly once: another release is another patch. */
export function applyPatch(text: string, { file, find, replace, why }: Patch): string {
  const times = text.split(find).length - 1;
  if (times !== 1) {
    throw new Error(`${file} has the text to replace ${times} times instead of once. The patch: ${why}`);
  }
  return text.replace(find, () => replace);
}
