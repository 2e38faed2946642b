/** Rules for Prometheus about backups. A backup should be there every hour; three missed ones wake someone. */
export function backupAlerts({ hours = 3 }: { readonly hours?: number } = {}) {
  const metric = 'estate_backup_last_success_timestamp_seconds{store="postgres"}';
  return {
    name: "postgres-backups",
    rules: [
      {
        alert: "BackupTooOld",
        expr: `time() - max by (database) (${metric}) > ${hours * 3600}`,
        for: "5m",
        labels: { severity: "critical" },
        annotations: {
          summary: "The newest backup of {{ $labels.database }} is {{ $value | humanizeDuration }} old",
          cure: "kubectl -n estate logs job/<newest of postgres-backup>; is the backup volume full?",
        },
      },
      {
        alert: "BackupsUnknown",
        expr: `absent(${metric})`,
        for: "15m",
        labels: { severity: "critical" },
        annotations: {
          summary: "No backup of PostgreSQL is seen at all",
          cure: "kubectl -n estate get cronjob postgres-backup",
        },
      },
    ],
  };
}
