import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { ImageByDigest, Name } from "../../stacks/schema/primitives.ts";
import { form, map, oneOf, section, text, told, whole, yesOrNo } from "../../stacks/schema/told.ts";
import { hostNamesRunning } from "../hosts.ts";
import { port } from "./names.ts";

const Server = section({
  /** Without, it takes no new meetings; those that it has go on. */
  enabled: yesOrNo().default(true),
  /** What its load counts; 2 for one that should have half the meetings. */
  multiplier: z.number(told("write a number above 0, such as 1.5")).positive().default(1),
  /** Only meetings that ask for this tag come to it. @default any meeting */
  tag: form(/^[a-z0-9-]{0,40}$/, "write lower-case letters, digits and '-'").default(""),
});

const warning = z
  .string(told("write what people are told, such as: This meeting ends in {minutes} minutes."))
  .min(1)
  .max(480, "too long: write at most 480 characters")
  .refine((said) => said.includes("{minutes}"), "write {minutes} where the number of minutes stands");

const Text = section({
  /** Said where meetings are ended at the deadline. */
  ends: warning,
  /** Said where they are not: people are asked to end them, if they can. */
  asks: warning,
});

const Drain = section({
  /** Minutes that meetings have before a host is replaced, from the moment no new ones come to it. */
  minutes: whole(0, 1440, "minutes").default(120),
  /** What is done with meetings that go on then: `wait` longer, `end` them, or `abort`: the host stays. */
  atDeadline: oneOf(["wait", "end", "abort"]).default("wait"),
  /** Minutes before the deadline at which people are told, in the chat of each meeting (BigBlueButton 3.0 and later). */
  warnAt: z
    .array(whole(1, 1440, "minutes"), told("write a list, such as [60, 15, 5]"))
    .max(10)
    .default([60, 15, 5]),
  /** What they are told, by language; each meeting is told in all of them. */
  texts: map(
    form(/^[a-z]{2}(-[A-Z]{2})?$/, "write a language, such as de or pt-BR"),
    Text,
    "de: { ends: ..., asks: ... }",
  ).default({
    de: {
      ends: "Wegen Wartung endet diese Konferenz in {minutes} Minuten. Danach kann sie sofort neu begonnen werden.",
      asks: "Dieser Server soll in {minutes} Minuten gewartet werden. Bitte beenden Sie die Konferenz, wenn Sie können; sie wird nicht abgebrochen.",
    },
    en: {
      ends: "This meeting ends in {minutes} minutes, for maintenance. It can be started again at once after that.",
      asks: "This server is due for maintenance in {minutes} minutes. Please end the meeting if you can; it will not be cut off.",
    },
  }),
  /** Minutes that recordings have to arrive, after the last meeting. They are never given up: then the host stays. */
  recordingMinutes: whole(0, 10_080, "minutes").default(240),
});

export const application = defineApplication({
  about: "Keeps the BigBlueButton servers in Scalelite as the estate has them, and drains them of their meetings.",
  settings: {
    /** An image with this project in /estate, and Node. Changing it rolls the pods. */
    image: ImageByDigest,
    /** Pods of it; one of them acts. */
    replicas: whole(1, 5, "pods").default(2),
    /** What happens to servers that Scalelite has and the estate has not: left alone, taken out when empty, or at once. */
    mode: oneOf(["keep", "cordon", "force"]).default("cordon"),
    /** Only tells what it would do. */
    dryRun: yesOrNo().default(false),
    /** Seconds after which a server that is silent, and whose node is not Ready, is dead. */
    deadSeconds: whole(30, 3600, "seconds").default(180),
    /** People that a host can carry. @source Scalelite's readme: some 200 for the smallest server */
    capacity: whole(1, 10_000, "people").default(200),
    /** Hosts that must take meetings while others are drained. */
    leastEnabled: whole(0, 99, "hosts").default(1),
    /** Where a host differs, by its name. */
    servers: map(Name, Server, "bbb-01: { multiplier: 2 }").default({}),
    drain: Drain.prefault({}),
    /**
     * A Consul of others says which hosts are lost, instead of the orchestrator. That of the estate (`apps.consul`) need not be named: where it
     * runs, both are asked.
     */
    consul: section({
      url: form(/^https?:\/\/[^/\s]+$/, "write an address, such as http://consul:8500"),
      /** The service whose checks count. */
      service: text("the name of a service in Consul").default("bbb"),
    }).optional(),
  },
  uses: ["scalelite"],
  after: ["consul"],
  secrets: {
    /** Whoever has it drains hosts. Gates have. */
    token: { bytes: 32 },
    /** The API secret of the estate's BigBlueButton servers. */
    bbb: { bytes: 32 },
  },
  // gates come through the orchestrator's API
  ports: { http: { port, from: ["hosts", "monitoring"], scrape: true } },
  check({ servers }, estate, wrong) {
    const hosts = hostNamesRunning(estate, "bbb");
    if (hosts.length === 0) wrong([], "needs hosts that run bbb: add a role of them, or write enabled: false");
    for (const host of Object.keys(servers))
      if (!hosts.includes(host)) wrong(["servers", host], `is no host that runs bbb: write one of ${hosts.join(", ")}`);
  },
});
