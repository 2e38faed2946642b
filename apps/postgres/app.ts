import { z } from "zod";
import { defineApplication } from "../../stacks/application.ts";
import { checkGenerations } from "../../stacks/checkGenerations.ts";
import { checkVolume } from "../../stacks/checkVolume.ts";
import { Name } from "../../stacks/schema/primitives.ts";
import { form, map, section, told, whole } from "../../stacks/schema/told.ts";
import { exporterPort, port } from "./names.ts";

const Generation = z.int(told("write a whole number, 0 or more")).min(0);
const Revoked = z.int(told("write a whole number, -1 or more")).min(-1);

const Backup = section({
  /** The host whose volume holds the backups. Changing it leaves the old ones where they are. @default that of the data */
  host: Name.optional(),
  /** A data volume of that host, and not the one of the data. */
  volume: Name.default("backups"),
  /** When: minute, hour, day, month, weekday, as cron has it; UTC. Changed in place. */
  schedule: form(/^([0-9*,/-]+ ){4}[0-9*,/-]+$/, "write a time as cron has it, such as '17 * * * *'").default(
    "17 * * * *",
  ),
  /** Hours that every backup is kept. */
  keepHours: whole(1, 8760, "hours").default(48),
  /** Days that the last backup of a day is kept. */
  keepDays: whole(1, 3650, "days").default(30),
});

const Database = section({
  /**
   * Count it up by one to change the password of the application, in one update: the new one works before the application is told, and
   * the old one until it is revoked. By two at once, the one in use is refused too early.
   */
  generation: Generation.default(0),
  /** This password and all before it are refused. Count it up in an update after the one that changed `generation`. */
  revoked: Revoked.default(-1),
});

const Superuser = section({
  /** Count it up by one to change the passwords of the superuser and of backups. Changed in place. */
  generation: Generation.default(0),
});

export const application = defineApplication({
  about: "The database server of the applications that use it, with its backups.",
  settings: {
    /** The host whose data volume holds the databases. Changing it starts with none: back up before, restore after. */
    host: Name,
    /** The data volume of that host. Changing it starts with none: back up before, restore after. */
    volume: Name.default("postgres"),
    /** MiB of memory. Changing it restarts the server: seconds without it. */
    memoryMiB: whole(256, 262_144, "MiB").default(1024),
    /** Connections of all applications together. Changing it restarts the server. */
    maxConnections: whole(20, 1000, "connections").default(100),
    backup: Backup.prefault({}),
    superuser: Superuser.prefault({}),
    /** Passwords of applications, by application. Whoever uses postgres has a database without being named here. */
    databases: map(Name, Database, "greenlight: { generation: 1 }").default({}),
  },
  secrets: { seed: { bytes: 32 } },
  ports: {
    postgres: { port, from: ["use"] },
    exporter: { port: exporterPort, from: ["monitoring"], scrape: true, component: "exporter" },
  },
  check({ host, volume, backup, databases }, estate, wrong) {
    checkVolume(estate, { host, volume }, [], wrong);
    const backups = { host: backup.host ?? host, volume: backup.volume };
    checkVolume(estate, backups, ["backup"], wrong);
    if (backups.host === host && backups.volume === volume)
      wrong(["backup", "volume"], "write another volume than that of the data: it would be lost together with it");
    checkGenerations("databases", databases, estate, wrong);
  },
});
