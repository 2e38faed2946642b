import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { Domain } from "../../stacks/schema/primitives.ts";
import { oneOf, told, whole, yesOrNo } from "../../stacks/schema/told.ts";

const address = "write an https address, such as https://portal.example.org/";

/** The name of its page. */
export function feedbackHost(
  { host }: { readonly host?: string | undefined },
  { zone }: { readonly zone: string },
): string {
  return host ?? `feedback.${zone}`;
}

export const application = defineApplication({
  about: "The page that people land on after a meeting: a rating and a comment, anonymous.",
  settings: {
    /** The name under which people reach it. @default feedback in the estate's zone */
    host: Domain.optional(),
    /** Pods of it. Changed in place. */
    replicas: whole(1, 10, "pods").default(2),
    /** Where the thanks lead on: a portal. Leave it out for nowhere. */
    next: z.url({ protocol: /^https$/, ...told(address) }).optional(),
    /** Characters of a comment, at most. */
    commentCharacters: whole(100, 4000, "characters").default(1000),
    /** Whether the id of the meeting is kept with an answer. It may lead to persons. */
    keepMeetings: yesOrNo().default(false),
    /** What checksums of links may be made with. sha1 is for those who can do nothing else. */
    checksums: z
      .array(oneOf(["sha1", "sha256", "sha384", "sha512"]), told("write a list, such as [sha256]"))
      .min(1, told("write one at least, such as [sha256]"))
      .default(["sha256", "sha384", "sha512"]),
    /** Answers a minute that a pod takes: of one caller, and of all. */
    perMinuteOfOne: whole(1, 1000, "answers").default(10),
    perMinute: whole(1, 10_000, "answers").default(300),
  },
  secrets: {
    /** Signs links to the page. It is not that of BigBlueButton's API: whoever can send people here need not be able to end meetings. */
    linkSecret: { bytes: 32 },
    /** Lets a program read the answers, from inside the orchestrator. */
    exportToken: { bytes: 32 },
  },
  ports: {
    http: { port: 8080, from: ["ingress"] },
    private: { port: 8081, from: ["monitoring"], scrape: true },
  },
  web: (settings, estate) => [{ host: feedbackHost(settings, estate), service: "feedback", port: 80 }],
});
