import { digestOf } from "../../stacks/digest.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, type Mount, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import type { PostgresFacts } from "./facts.ts";
import { labelsOf, names, user } from "./names.ts";
import { backupRole } from "./plan.ts";
import { scripts } from "./server.ts";

interface Task {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly tolerations: ReturnType<typeof tolerationsOf>;
  /** Minutes it may take in all. */
  readonly minutes: number;
  /** How often a pod is tried again. */
  readonly tries: number;
}

function jobSpec(image: string, { script, env, mounts, tolerations, minutes, tries }: Task) {
  const { volumes, volumeMounts } = mounted([
    ...[configMap(names.scripts, "/scripts"), scratch("tmp", "/tmp", "16Mi")],
    ...mounts,
  ]);
  const container = {
    ...{ name: "job", image, command: ["bash", `/scripts/${script}`], volumeMounts },
    env: Object.entries({ PGHOST: names.server, LANG: "C.UTF-8", ...env }).map(([name, value]) => ({ name, value })),
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  return {
    ...{ backoffLimit: tries, activeDeadlineSeconds: minutes * 60 },
    template: {
      metadata: { labels: labelsOf("job") },
      spec: {
        ...{ automountServiceAccountToken: false, enableServiceLinks: false, restartPolicy: "Never" },
        ...{ securityContext: podSecurity(user), tolerations: [...tolerations], containers: [container], volumes },
      },
    },
  };
}

const superuser = {
  PGUSER: "postgres",
  PASSWORD_FILE: "/secrets/superuser/password",
  PREVIOUS_PASSWORD_FILE: "/secrets/superuser/previous",
};
const superuserSecret = secretFiles(names.superuser, "/secrets/superuser");

/** Makes databases and roles what the plan says. A job runs once: another plan, or another script, is another job. */
export function rolesJob({ image }: Pick<PostgresFacts, "image">, planDigest: string) {
  const mounts = [superuserSecret, secretFiles(names.roles, "/plan")];
  const env = { ...superuser, PLAN: "/plan/roles.sql", WAIT_SECONDS: "600" };
  const spec = jobSpec(image, { script: "roles.sh", env, mounts, tolerations: [], minutes: 30, tries: 3 });
  const name = `${names.roles}-${digestOf([planDigest, spec, scripts["roles.sh"], scripts["connect.sh"]])}`;
  return { metadata: { name, labels: labelsOf("job") }, spec };
}

/** Dumps every database at its time. It runs where the backups are, which may be another host than the data's. */
export function backupCronJob({ image, backups, schedule, keepHours, keepDays }: PostgresFacts) {
  const own = { PGUSER: backupRole, PASSWORD_FILE: "/secrets/backup/password", BACKUPS: "/backups" };
  const env = { ...own, KEEP_HOURS: String(keepHours), KEEP_DAYS: String(keepDays) };
  const mounts = [secretFiles(names.backup, "/secrets/backup"), claim(names.backups, "/backups")];
  const tolerations = tolerationsOf(backups.host);
  return {
    metadata: { name: names.backup, labels: labelsOf("job") },
    spec: {
      ...{ schedule, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", startingDeadlineSeconds: 1800 },
      ...{ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3 },
      jobTemplate: { spec: jobSpec(image, { script: "backup.sh", env, mounts, tolerations, minutes: 180, tries: 1 }) },
    },
  };
}

/** Never runs by itself: an operator makes a job of it, as the README says, with the database and the backup to take. */
export function restoreCronJob({ image, backups }: Pick<PostgresFacts, "image" | "backups">) {
  const env = { ...superuser, BACKUPS: "/backups", DATABASE: "", BACKUP: "latest", WAIT_SECONDS: "60" };
  const mounts = [superuserSecret, claim(names.backups, "/backups")];
  const tolerations = tolerationsOf(backups.host);
  return {
    metadata: { name: names.restore, labels: labelsOf("job") },
    spec: {
      ...{ schedule: "0 0 1 1 *", timeZone: "Etc/UTC", suspend: true, concurrencyPolicy: "Forbid" },
      jobTemplate: { spec: jobSpec(image, { script: "restore.sh", env, mounts, tolerations, minutes: 360, tries: 0 }) },
    },
  };
}
