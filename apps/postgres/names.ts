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
} as const;

export const port = 5432;
/** User and group of the official image. */
export const user = 999;

/** Labels of a part: the server, or the jobs. */
export function labelsOf(component: "server" | "job") {
  return { ...selectorOf(component), "app.kubernetes.io/part-of": "estate" };
}

export function selectorOf(component: "server" | "job") {
  return { "app.kubernetes.io/name": names.server, "app.kubernetes.io/component": component };
}

/** The Secret that an application finds its database in: url, host, port, database, username, password. */
export function secretOf(application: string): string {
  return `${application}-postgres`;
}
