import { expect, test } from "vitest";
import { exporterPolicy, jobPolicy, serverPolicy } from "../../../apps/postgres/access.ts";
import { backupAlerts } from "../../../apps/postgres/alerts.ts";
import { databaseName, loginOf, loginRoles } from "../../../apps/postgres/databases.ts";
import { exporter } from "../../../apps/postgres/exporter.ts";
import type { PostgresFacts } from "../../../apps/postgres/facts.ts";
import { backupCronJob, restoreCronJob, rolesJob } from "../../../apps/postgres/jobs.ts";
import { rolesPlan } from "../../../apps/postgres/plan.ts";
import { scramVerifier } from "../../../apps/postgres/scram.ts";
import { scripts, service, statefulSet } from "../../../apps/postgres/server.ts";

const host = { name: "store-01", taints: ["estate/dedicated=store:NoSchedule"] };
const facts: PostgresFacts = {
  ...{ image: "postgres:17@sha256:0", memoryMiB: 1024, maxConnections: 100 },
  data: { host, volume: { path: "/var/lib/postgres", sizeGiB: 10 } },
  backups: { host: { name: "store-02", taints: [] }, volume: { path: "/var/lib/backups", sizeGiB: 20 } },
  ...{ schedule: "17 * * * *", keepHours: 48, keepDays: 30 },
  databases: [{ application: "greenlight", generation: 0, revoked: -1 }],
  monitored: false,
};
const at = (generation: number, revoked = -1) => ({ application: "greenlight", generation, revoked });
const plan = (databases: PostgresFacts["databases"]) =>
  rolesPlan({ seed: "seed", databases, superuserPassword: "super-clear", backupPassword: "backup-clear" });

test("two roles take turns: a password and the one before it are taken, until that is revoked", () => {
  const names = (generation: number, revoked?: number) =>
    loginRoles("seed", at(generation, revoked)).map(({ name, password }) => [name, password !== undefined]);
  expect(names(0)).toEqual([
    ["greenlight_a", true],
    ["greenlight_b", false],
  ]);
  expect(names(1)).toEqual([
    ["greenlight_b", true],
    ["greenlight_a", true],
  ]);
  expect(names(1, 0)).toEqual([
    ["greenlight_b", true],
    ["greenlight_a", false],
  ]);
  expect(names(2, 0)).toEqual([
    ["greenlight_a", true],
    ["greenlight_b", true],
  ]);
  expect(loginRoles("seed", at(1))[1]).toEqual(loginRoles("seed", at(0))[0]);
});

test("each application, password and seed has a password of its own", () => {
  const one = loginOf("seed", at(0)).password;
  const others = [
    loginOf("seed", at(2)),
    loginOf("other", at(0)),
    loginOf("seed", { ...at(0), application: "scalelite" }),
  ];
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set([one, ...others.map(({ password }) => password)]).size).toBe(4);
  expect(databaseName("my-portal-2")).toBe("my_portal_2");
});

test("a verifier is the same each time, of another role another one, and not the password", () => {
  expect(scramVerifier("a", "pencil")).toBe(scramVerifier("a", "pencil"));
  expect(scramVerifier("a", "pencil")).not.toBe(scramVerifier("b", "pencil"));
  expect(scramVerifier("a", "pencil")).toMatch(
    /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
  );
});

test("the plan holds no password, and drops nothing", () => {
  const text = plan([at(1)]);
  for (const clear of ["super-clear", "backup-clear", loginOf("seed", at(1)).password, loginOf("seed", at(0)).password])
    expect(text).not.toContain(clear);
  expect(text).not.toMatch(/DROP/);
  expect(text.split("\n").filter((line) => line.startsWith("ALTER ROLE postgres"))).toHaveLength(1);
});

test("who counts may read statistics and no row, where something watches; else the role is locked", () => {
  const passwords = { superuserPassword: "super-clear", backupPassword: "backup-clear" };
  const watched = rolesPlan({ seed: "seed", databases: [], ...passwords, monitorPassword: "monitor-clear" });
  const lines = watched.split("\n").filter((line) => line.includes("estate_monitor") && !line.startsWith("SELECT"));
  expect(lines).toEqual([
    expect.stringContaining("NOSUPERUSER NOCREATEDB NOCREATEROLE"),
    expect.stringContaining("COMMENT ON ROLE"),
    expect.stringMatching(/LOGIN PASSWORD 'SCRAM-SHA-256\$/),
    'GRANT pg_monitor TO "estate_monitor";',
    'GRANT CONNECT ON DATABASE postgres TO "estate_monitor";',
  ]);
  expect(watched).not.toContain("monitor-clear");
  expect(watched).toContain("rolname NOT IN ('estate_backup', 'estate_monitor')");
  const alone = rolesPlan({ seed: "seed", databases: [], ...passwords });
  expect(alone).not.toContain("estate_monitor");
});

test("the exporter is read by Prometheus alone, reaches the server alone, and is restarted by another password", () => {
  const { ingress, egress } = exporterPolicy().spec;
  expect(ingress[0]?.from).toEqual([{ podSelector: { matchLabels: { "app.kubernetes.io/name": "monitoring" } } }]);
  expect(egress[0]?.to[0]).toEqual({ podSelector: { matchLabels: service().spec.selector } });
  const exporters = { ...service().spec.selector, "app.kubernetes.io/component": "exporter" };
  const { from } = serverPolicy({ databases: [], monitored: true }).spec.ingress[0] ?? {};
  expect(from).toContainEqual({ podSelector: { matchLabels: exporters } });
  const template = (generation: number) => exporter({ generation }).spec.template;
  expect(template(1).metadata).not.toEqual(template(0).metadata);
  const [container] = template(0).spec.containers;
  expect(container?.env).toContainEqual({ name: "DATA_SOURCE_USER", value: "estate_monitor" });
  expect(container?.env).toContainEqual({ name: "DATA_SOURCE_PASS_FILE", value: "/secrets/monitor/password" });
});

test("only applications that use it reach it, and its jobs; where none does, the jobs alone", () => {
  const sources = (databases: PostgresFacts["databases"]) =>
    serverPolicy({ databases, monitored: false }).spec.ingress[0]?.from;
  const jobs = {
    podSelector: { matchLabels: { "app.kubernetes.io/name": "postgres", "app.kubernetes.io/component": "job" } },
  };
  const users = { key: "app.kubernetes.io/name", operator: "In", values: ["greenlight"] };
  expect(sources(facts.databases)).toEqual([{ podSelector: { matchExpressions: [users] } }, jobs]);
  expect(sources([])).toEqual([jobs]);
  expect(jobPolicy().spec.ingress).toEqual([]);
});

test("the service leads to the server alone, and not to a job of the same name", () => {
  const { labels } = statefulSet(facts).spec.template.metadata;
  const job = rolesJob(facts, "plan").spec.template.metadata.labels;
  const selected = (of: object) =>
    Object.entries(service().spec.selector).every(([key, value]) =>
      Object.entries(of).some(([k, v]) => k === key && v === value),
    );
  expect([selected(labels), selected(job)]).toEqual([true, false]);
});

test("server and jobs are not root, write nowhere but to volumes, and have limits", () => {
  const pods = [
    statefulSet(facts).spec.template.spec,
    rolesJob(facts, "plan").spec.template.spec,
    backupCronJob(facts).spec.jobTemplate.spec.template.spec,
    restoreCronJob(facts).spec.jobTemplate.spec.template.spec,
  ];
  for (const { securityContext, automountServiceAccountToken, containers } of pods) {
    expect(securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 999,
      fsGroupChangePolicy: "OnRootMismatch",
    });
    expect(automountServiceAccountToken).toBe(false);
    for (const container of containers) {
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      });
      expect(container.resources.limits).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
      expect(
        container.env.filter(({ name }) => /PASSWORD/.test(name)).every(({ value }) => value.startsWith("/secrets/")),
      ).toBe(true);
    }
  }
});

test("each runs where its volume is, whatever that host keeps away", () => {
  const toleration = { key: "estate/dedicated", operator: "Equal", value: "store", effect: "NoSchedule" };
  expect(statefulSet(facts).spec.template.spec.tolerations).toEqual([toleration]);
  expect(backupCronJob(facts).spec.jobTemplate.spec.template.spec.tolerations).toEqual([]);
});

test("other settings restart the server; another plan is another job; a restore runs by hand only", () => {
  const mark = (one: PostgresFacts) => statefulSet(one).spec.template.metadata.annotations["estate/config"];
  expect(mark({ ...facts, maxConnections: 50 })).not.toBe(mark(facts));
  expect(mark({ ...facts, databases: [] })).toBe(mark(facts));
  expect(rolesJob(facts, "other").metadata.name).not.toBe(rolesJob(facts, "plan").metadata.name);
  expect(restoreCronJob(facts).spec.suspend).toBe(true);
  expect(backupCronJob(facts).spec).toMatchObject({ schedule: "17 * * * *", concurrencyPolicy: "Forbid" });
});

test("scripts stop at an error, and no password is an argument", () => {
  expect(Object.keys(scripts)).toEqual(["backup.sh", "connect.sh", "ready.sh", "restore.sh", "roles.sh", "start.sh"]);
  for (const [name, text] of Object.entries(scripts)) {
    if (name !== "connect.sh") expect(text, name).toMatch(/^#!\/usr\/bin\/env bash\n[\s\S]*\nset -euo pipefail\n/);
    expect(text, name).not.toMatch(/--password(?!s)|PGPASSWORD=\S+ (psql|pg_)/);
  }
});

test("the alert's metric is the one that backups write", () => {
  const metric = /estate_backup_last_success_timestamp_seconds/;
  for (const { expr } of backupAlerts().rules) expect(expr).toMatch(metric);
  expect(scripts["backup.sh"]).toMatch(metric);
  expect(backupAlerts({ hours: 5 }).rules[0]?.expr).toContain("> 18000");
});
