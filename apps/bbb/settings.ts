import { z } from "zod";
import { ImageByDigest, Name } from "../../stacks/schema/primitives.ts";
import { form, oneOf, section, text, told, whole, yesOrNo } from "../../stacks/schema/told.ts";
import { type ImagePart, imageParts } from "./images.ts";

/** Something that hosts download, and the hash it must have. */
const Download = section({
  url: z.url({ protocol: /^https?$/, ...told("write an http or https address that hosts reach") }),
  sha512: form(/^[0-9a-f]{128}$/, "write the SHA-512 as 128 lower-case hexadecimal digits"),
});

/** What upstream's images read as a template of theirs: two braces would be a command in it. */
const shown = (what: string, most: number) =>
  text(what)
    .max(most, `too long: write at most ${most} characters`)
    .refine((said) => !said.includes("{{"), "leave out {{, which is a command to the templates of upstream's images");

export const Branding = section({
  /** What the browser shows as the title of a meeting's tab. */
  title: shown("a title, such as Meet", 100)
    .regex(/^[^\r\n]*$/, "write it in one line")
    .optional(),
  /** Address of a picture that meetings show, where whoever made the meeting names no other. */
  logo: z.url({ protocol: /^https$/, ...told("write an https address of a picture") }).optional(),
});

/** Algorithms that BigBlueButton knows. */
export const checksums = ["sha1", "sha256", "sha384", "sha512"] as const;

export const settings = {
  /**
   * The compose project of upstream, as an archive (.tar.gz) of yours: those that GitHub makes of a tag may change their hash. Changing it
   * replaces the bbb hosts, one after another, and so does the next one.
   */
  project: Download,
  /** The program docker-compose, 2.24 or later, for itself and not as a plugin. */
  compose: Download,
  /**
   * Images of all services, by digest. Changing one replaces the bbb hosts, one after another.
   * @default those that stacks/versions.ts pins, once their digests are known there
   */
  images: section(
    Object.fromEntries(imageParts.map((part) => [part, ImageByDigest.optional()])) as Record<
      ImagePart,
      z.ZodOptional<typeof ImageByDigest>
    >,
  ).default({} as never),
  /** Largest packet of the hosts' network. Some clouds have less than others. Changing it replaces the bbb hosts. */
  mtu: whole(1280, 9000, "bytes").default(1500),
  /** Name of the Secret in the orchestrator with tls.crt and tls.key for the names of all bbb hosts. A renewed one is taken at once. */
  certificate: Name.default("bbb-certs"),
  /** What people read in the chat when they come; HTML, and BigBlueButton's %%CONFNAME%% and the like. Taken by a host when it is empty. */
  welcome: shown("what people read when they come", 2000).default("Welcome to <b>%%CONFNAME%%</b>!"),
  /** The same below it, for what the operator has to say. */
  footer: shown("what people read below it", 2000).optional(),
  /** How it looks. Taken by a host when it is empty. */
  branding: Branding.prefault({}),
  /**
   * Where people land after a meeting, if whoever made the meeting says nothing else. Taken by a host when it is empty.
   * @default the page of apps.feedback where it runs; else where they came from
   */
  landing: z.url({ protocol: /^https$/, ...told("write an https address") }).optional(),
  /** What callers of the API may sign with. Taken by a host when it is empty. */
  checksums: z.array(oneOf(checksums), told("write a list, such as [sha1, sha256]")).default([...checksums]),
  /**
   * Whether meetings can be recorded: whoever makes one says so. Recordings are handed over to apps.recordings. Changing it replaces the bbb
   * hosts.
   */
  recording: yesOrNo().default(false),
  /** Days that recordings stay on their host, after Scalelite has imported them. Taken at once. */
  keepRecordingDays: whole(0, 365, "days").default(4),
  /** Whether Prometheus may read meetings and people of each host. It signs with sha1. Changing it replaces the bbb hosts. */
  exporter: yesOrNo().default(true),
};

export type BbbSettings = z.output<z.ZodObject<typeof settings>>;
