import type { EstateFacts } from "../stacks/facts.ts";

/**
 * The version of Ignition's specification that a system's releases read. Changing it replaces every host of that system.
 *
 * @source Ignition reads 3.4.0 since 2.15.0, which Flatcar has since 3549 and Fedora CoreOS since 38; newer ones go on reading it, 2026-11
 */
export const specifications: Readonly<Record<EstateFacts["image"]["system"], string>> = {
  flatcar: "3.4.0",
  "fedora-coreos": "3.4.0",
};

/** The part of an Ignition configuration that is used here. */
export interface Fragment {
  readonly directories?: readonly Directory[];
  readonly files?: readonly File[];
  readonly units?: readonly Unit[];
}

export interface Directory {
  readonly path: string;
  readonly mode: number;
  /** Name of the owner, or its number where the system has no such user. @default root */
  readonly owner?: string | number;
}

export interface File {
  readonly path: string;
  readonly mode: number;
  /** Its text, or where it is downloaded from and the SHA-512 it must have. */
  readonly contents: string | { readonly url: string; readonly sha512: string };
}

export interface Unit {
  readonly name: string;
  /** Its text. A unit without one belongs to the image: with nothing else said of it, it must not run, and is masked. */
  readonly contents?: string;
  /** That a unit of the image, which leaves it off, must run. */
  readonly enable?: true;
  /** What the unit's own file does not say, by the name of the drop-in. A unit of the image with one and no more runs when it did before. */
  readonly dropIns?: Readonly<Record<string, string>>;
}

/** Text lines of a file, with an end to the last one. */
export function lines(...text: readonly string[]): string {
  return `${text.join("\n")}\n`;
}
