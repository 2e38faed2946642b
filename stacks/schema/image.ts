import { z } from "zod";
import { form, oneOf, section, text, told } from "./told.ts";

/** The operating systems that run Ignition and are rendered for. */
export const systems = ["flatcar", "fedora-coreos"] as const;

/**
 * The hosts' operating system: found in Glance by its name, or a release of its publisher that the estate uploads. Another image
 * replaces every host, one after another.
 */
export const Image = section({
  /** Which of the two it is: they differ in how they update themselves, which the estate switches off. */
  system: oneOf(systems).default("flatcar"),
  /** Its name in Glance, where somebody else uploads it. */
  name: text("the image's name in Glance").optional(),
  /** Instead of a name: the stream of the release, such as `stable`. */
  stream: form(/^[a-z]+$/, "write a stream, such as stable").optional(),
  /** The release, as its publisher writes it. */
  version: form(/^\d+\.[\d.]+$/, "write a version, such as 4230.2.4 or 43.20251024.3.0").optional(),
  /** SHA-256 of the file that is downloaded. A file that differs is never uploaded. */
  sha256: form(/^[0-9a-f]{64}$/, "write the SHA-256 as 64 lower-case hexadecimal digits").optional(),
  /** Where it is downloaded, packed or not (.bz2, .gz, .xz). @default the publisher's address of that release */
  url: z.url({ protocol: /^https?$/, ...told("write an http or https address") }).optional(),
});

export type Image = z.output<typeof Image>;
