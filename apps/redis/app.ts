import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { checkGenerations } from "../../stacks/checkGenerations.ts";
import { checkVolume } from "../../stacks/checkVolume.ts";
import { Name } from "../../stacks/schema/primitives.ts";
import { map, section, told, whole } from "../../stacks/schema/told.ts";
import { exporterPort, port } from "./names.ts";

const Instance = section({
  /**
   * Count it up by one to change its passwords, in one update: the new one works before the application is told, and the old one until it
   * is revoked. By two at once, the one in use is refused too early.
   */
  generation: z.int(told("write a whole number, 0 or more")).min(0).default(0),
  /** This password and all before it are refused. Count it up in an update after the one that changed `generation`. */
  revoked: z.int(told("write a whole number, -1 or more")).min(-1).default(-1),
  /** MiB of memory, of which data has a half. Changing it restarts the server: seconds without it. */
  memoryMiB: whole(64, 65_536, "MiB").default(256),
});

export const application = defineApplication({
  about: "A Redis of its own for each application that uses it.",
  settings: {
    /** The host whose data volume holds what they keep. Changing it starts with nothing. */
    host: Name,
    /** The data volume of that host. Changing it starts with nothing. */
    volume: Name.default("redis"),
    /** By application. Whoever uses redis has a server without being named here. */
    instances: map(Name, Instance, "scalelite: { memoryMiB: 512 }").default({}),
  },
  secrets: { seed: { bytes: 32 } },
  // each server lets in only the one that it is for: access.ts
  ports: {
    redis: { port, from: ["use"] },
    exporter: { port: exporterPort, from: ["monitoring"], scrape: true, component: "exporter", perUser: true },
  },
  check({ host, volume, instances }, estate, wrong) {
    checkVolume(estate, { host, volume }, [], wrong);
    checkGenerations("instances", instances, estate, wrong);
  },
});
