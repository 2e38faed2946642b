import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { exporterPolicy, jobPolicy, serverPolicy } from "../../../apps/redis/access.ts";
import { redisConf } from "../../../apps/redis/config.ts";
import { exporter } from "../../../apps/redis/exporter.ts";
import type { RedisFacts } from "../../../apps/redis/facts.ts";
import { usersJob } from "../../../apps/redis/jobs.ts";
import { scripts, service, statefulSet } from "../../../apps/redis/server.ts";
import { passwordsOf, usersAcl } from "../../../apps/redis/users.ts";

const facts: RedisFacts = {
  ...{ image: "redis:7.2@sha256:0", memoryMiB: 256, host: { name: "store-01", taints: [] } },
  volume: { path: "/var/lib/redis", sizeGiB: 2 },
  instance: { application: "scalelite", generation: 1, revoked: -1 },
  monitored: true,
};
const hash = (password: string) => createHash("sha256").update(password).digest("hex");

test("a password and the one before it are taken, until that is revoked", () => {
  const [now, before] = passwordsOf("seed", "default", facts.instance);
  expect(passwordsOf("seed", "default", { ...facts.instance, generation: 0 })).toEqual([before]);
  expect(passwordsOf("seed", "default", { ...facts.instance, revoked: 0 })).toEqual([now]);
  expect(passwordsOf("seed", "admin", facts.instance)).not.toContain(now);
});

test("users are a line each, with hashes and no password; the application may not administer", () => {
  const text = usersAcl("seed", facts.instance);
  const [now = "", before = ""] = passwordsOf("seed", "default", facts.instance);
  const [application, admin, probe, monitor] = text.split("\n");
  expect(application).toBe(`user default on #${hash(now)} #${hash(before)} ~* &* +@all -@admin`);
  expect(admin).toMatch(/^user admin on #[0-9a-f]{64} #[0-9a-f]{64} ~\* &\* \+@all$/);
  expect(probe).toBe("user probe on nopass -@all +ping");
  // neither keys nor settings: what is in Redis opens meetings
  expect(monitor).toMatch(
    /^user monitor on #[0-9a-f]{64} #[0-9a-f]{64} -@all \+ping \+info \+slowlog\|len \+command\|info$/,
  );
  expect(text).not.toContain(now);
});

test("nothing is evicted, every write is appended to a file, and data has half of the memory", () => {
  const lines = redisConf({ memoryMiB: 256 }).split("\n");
  expect(lines).toEqual(expect.arrayContaining(["maxmemory-policy noeviction", "appendonly yes", "maxmemory 128mb"]));
});

test("only its application reaches a server, and the job that changes its users", () => {
  const { from } = serverPolicy("scalelite").spec.ingress[0] ?? {};
  expect(from?.map(({ podSelector }) => podSelector.matchLabels)).toEqual([
    { "app.kubernetes.io/name": "scalelite" },
    {
      ...{ "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "scalelite-redis" },
      "app.kubernetes.io/component": "job",
    },
  ]);
  expect(jobPolicy("scalelite").spec.ingress).toEqual([]);
  expect(service("scalelite").spec.selector).toMatchObject({ "app.kubernetes.io/component": "server" });
});

test("the exporter is told only of its own server, and its password is no argument", () => {
  const { from } = serverPolicy("scalelite", true).spec.ingress[0] ?? {};
  const exporters = { ...service("scalelite").spec.selector, "app.kubernetes.io/component": "exporter" };
  expect(from?.at(-1)?.podSelector.matchLabels).toEqual(exporters);
  const { ingress, egress } = exporterPolicy("scalelite").spec;
  expect(ingress[0]?.from).toEqual([{ podSelector: { matchLabels: { "app.kubernetes.io/name": "monitoring" } } }]);
  expect(egress[0]?.to[0]).toEqual({ podSelector: { matchLabels: service("scalelite").spec.selector } });
  const [container] = exporter(facts.instance).spec.template.spec.containers;
  expect(container?.command).toContain("--redis.addr=redis://scalelite-redis:6379");
  expect(container?.command.join(" ")).not.toContain("password");
  expect(container?.env[0]?.valueFrom.secretKeyRef).toEqual({ name: "scalelite-redis-exporter", key: "password" });
  const again = exporter({ ...facts.instance, generation: 2 }).spec.template.metadata;
  expect(again).not.toEqual(exporter(facts.instance).spec.template.metadata);
});

test("server and job are not root, write nowhere but to volumes, and have limits", () => {
  for (const { spec } of [statefulSet(facts).spec.template, usersJob(facts, "users").spec.template]) {
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 999 });
    for (const { securityContext, resources } of spec.containers) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
      expect(resources.limits).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
    }
  }
});

test("other users are another job, and restart nothing", () => {
  const mark = (one: RedisFacts) => statefulSet(one).spec.template.metadata.annotations["estate/config"];
  expect(mark({ ...facts, instance: { ...facts.instance, generation: 2 } })).toBe(mark(facts));
  expect(mark({ ...facts, memoryMiB: 512 })).not.toBe(mark(facts));
  expect(usersJob(facts, "other").metadata.name).not.toBe(usersJob(facts, "users").metadata.name);
});

test("scripts stop at an error, and no password is an argument", () => {
  expect(Object.keys(scripts)).toEqual(["ready.sh", "start.sh", "users.sh"]);
  for (const [name, text] of Object.entries(scripts)) {
    expect(text, name).toMatch(/^#!\/usr\/bin\/env bash\n[\s\S]*\nset -euo pipefail\n/);
    expect(text, name).not.toMatch(/ (-a|--pass|--requirepass) /);
  }
});
