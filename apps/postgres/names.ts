import { selectorOfPart } from "../labels.ts";

/** Names that other parts of the estate know. */
export const names = {
  server: "postgres",
  data: "postgres-data",
  backups: "postgres-backups",
  config: "postgres-config",
  scripts: "postgres-scripts",
  superuser: "postgres-superuser",
  backup: "postgres-backup",
  roles: "postgres-roles",
  restore: "postgres-restore",
  exporter: "postgres-exporter",
} as const;

export const port = 5432;
/** Where its exporter is read. */
export const exporterPort = 9187;
/** User and group of the official image. */
export const user = 999;

export type Part = "server" | "job" | "exporter";

export function labelsOf(component: Part) {
  return { ...selectorOf(component), "app.kubernetes.io/part-of": "estate" };
}

export function selectorOf(component: Part) {
  return selectorOfPart(names.server, component);
}

/** The Secret that an application finds its database in: url, host, port, database, username, password. */
export function secretOf(application: string): string {
  return `${application}-postgres`;
}
