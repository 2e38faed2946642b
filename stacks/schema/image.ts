import { z } from "zod";

/** The operating systems that run Ignition and are rendered for. */
export const systems = ["flatcar", "fedora-coreos"] as const;

/**
 * The hosts' operating system: found in Glance by its name, or a release of its publisher that the estate uploads. Another image
 * replaces every host, one after another.
 */
export const Image = z.strictObject({
  /** Which of the two it is: they differ in how they update themselves, which the estate switches off. */
  system: z.enum(systems, `write one of ${systems.join(", ")}`).default("flatcar"),
  /** Its name in Glance, where somebody else uploads it. */
  name: z.string("write the image's name in Glance").min(1).optional(),
  /** Instead of a name: the stream of the release, such as `stable`. */
  stream: z
    .string()
    .regex(/^[a-z]+$/, "write a stream, such as stable")
    .optional(),
  /** The release, as its publisher writes it. */
  version: z
    .string()
    .regex(/^\d+\.[\d.]+$/, "write a version, such as 4230.2.4 or 43.20251024.3.0")
    .optional(),
  /** SHA-256 of the file that is downloaded. A file that differs is never uploaded. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "write the SHA-256 as 64 lower-case hexadecimal digits")
    .optional(),
  /** Where it is downloaded, packed or not (.bz2, .gz, .xz). @default the publisher's address of that release */
  url: z.url({ protocol: /^https?$/, error: "write an http or https address" }).optional(),
});

export type Image = z.output<typeof Image>;
