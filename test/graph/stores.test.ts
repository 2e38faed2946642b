/** The resources of the data stores, for an application of which they know nothing but that it uses them. */
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { graph } from "./program.ts";
import { bare, type Registered } from "./record.ts";

const folder = join(import.meta.dirname, "stores");

vi.doMock("../../stacks/applications.ts", async (original) => {
  const module = await original<typeof import("../../stacks/applications.ts")>();
  return { ...module, appsFolder: folder, applications: await module.findApplications(folder) };
});

const appSecrets = { "postgres.seed": "unique-postgres-seed", "redis.seed": "unique-redis-seed" };
const volumes = {
  postgres: { sizeGiB: 20, path: "/var/lib/postgres" },
  backups: { sizeGiB: 40, path: "/var/lib/backups" },
  redis: { sizeGiB: 2, path: "/var/lib/redis" },
};
const apps = { postgres: { host: "worker-01" }, redis: { host: "worker-01" }, "portal-one": {} };

// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
const estate = (written: any = apps, of: object = volumes) => ({
  appSecrets,
  // biome-ignore lint/suspicious/noExplicitAny: as above
  change: (document: any) => {
    Object.assign(document, { apps: written });
    document.roles.worker.volumes = of;
  },
});

function find(nodes: readonly Registered[], type: string, name: string): Registered {
  const found = nodes.find((node) => node.name === name && node.type === type);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
}

const job = "kubernetes:batch/v1:Job";
const secret = "kubernetes:core/v1:Secret";

describe("the data stores", async () => {
  const clear: Record<string, Record<string, string>> = {};
  const provider = (type: string, name: string, { stringData }: Readonly<Record<string, unknown>>) => {
    if (type === secret) clear[name] = bare(stringData) as Record<string, string>;
  };
  const nodes = await graph({ ...estate(), provider });

  it("give an application a database and a Redis, and say where their credentials are", () => {
    expect(find(nodes, "kubernetes:core/v1:ConfigMap", "portal-one").inputs.data).toEqual({
      ...{ database: "portal-one-postgres", revision: "0", cache: "portal-one-redis" },
    });
    const { username, password, url } = clear["portal-one-postgres"] ?? {};
    expect(username).toBe("portal_one_a");
    expect(url).toBe(`postgresql://portal_one_a:${password}@postgres.estate.svc:5432/portal_one`);
    expect(clear["portal-one-redis"]?.url).toMatch(/^redis:\/\/:[0-9a-f]{64}@portal-one-redis\.estate\.svc:6379$/);
  });

  it("hand credentials out when they work: after the job that makes them known to the server", () => {
    expect(find(nodes, secret, "portal-one-postgres").dependsOn).toContain(`${job}::postgres-roles`);
    expect(find(nodes, job, "postgres-roles").dependsOn).toContain("kubernetes:apps/v1:StatefulSet::postgres");
    expect(find(nodes, secret, "portal-one-redis").dependsOn).toContain(`${job}::portal-one-redis-users`);
  });

  it("show no password, no seed, and no plan", () => {
    const passwords = Object.values(clear).flatMap((data) => [data.password ?? "", data.previous ?? ""]);
    expect(passwords.filter((one) => /^[0-9a-f]{64}$/.test(one))).toHaveLength(7);
    const text = JSON.stringify(nodes);
    for (const one of [...passwords, ...Object.values(appSecrets)].filter(Boolean)) expect(text).not.toContain(one);
    expect(find(nodes, secret, "postgres-roles").inputs.stringData).toBe("[secret]");
    expect(find(nodes, secret, "portal-one-redis-users").inputs.stringData).toBe("[secret]");
    for (const one of passwords.filter(Boolean)) expect(clear["postgres-roles"]?.["roles.sql"]).not.toContain(one);
  });

  it("keep data on the volumes of the host, which are bound to nothing else", () => {
    for (const [name, path] of [
      ...([["postgres-data", "/var/lib/postgres"]] as const),
      ...([["postgres-backups", "/var/lib/backups"]] as const),
      ...([["redis-data", "/var/lib/redis"]] as const),
    ]) {
      const { spec } = find(nodes, "kubernetes:core/v1:PersistentVolume", name).inputs as {
        spec: Record<string, unknown>;
      };
      expect(spec).toMatchObject({
        local: { path },
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { namespace: "estate", name },
      });
      expect(JSON.stringify(spec.nodeAffinity)).toContain('"worker-01"');
    }
  });

  it("change a password without replacing the server: another job, another role, the old one still good", async () => {
    const again = await graph({
      ...estate({ ...apps, postgres: { host: "worker-01", databases: { "portal-one": { generation: 1 } } } }),
      provider,
    });
    const server = (all: readonly Registered[]) => find(all, "kubernetes:apps/v1:StatefulSet", "postgres").inputs;
    expect(server(again)).toEqual(server(nodes));
    const nameOf = (all: readonly Registered[]) =>
      (find(all, job, "postgres-roles").inputs.metadata as { name: string }).name;
    expect(nameOf(again)).not.toBe(nameOf(nodes));
    expect(clear["portal-one-postgres"]?.username).toBe("portal_one_b");
    expect(clear["postgres-roles"]?.["roles.sql"]).toMatch(/ALTER ROLE "portal_one_a" LOGIN PASSWORD/);
    expect(find(again, "kubernetes:core/v1:ConfigMap", "portal-one").inputs.data).toMatchObject({ revision: "1" });
  });

  it("are refused without their volumes, and with a password in use that is revoked", async () => {
    const wrong = {
      ...{
        postgres: { host: "worker-01", backup: { volume: "postgres" }, databases: { "portal-one": { revoked: 0 } } },
      },
      ...{ redis: { host: "nowhere", instances: { nobody: {} } }, "portal-one": {} },
    };
    await expect(graph(estate(wrong, { postgres: volumes.postgres }))).rejects.toThrow(
      [
        "  apps.postgres.backup.volume: write another volume than that of the data: it would be lost together with it",
        '  apps.postgres.databases["portal-one"].revoked: write less than generation (0): the password in use must be taken',
        "  apps.redis.host: there is no host nowhere: write one of the hosts of a role that runs pods",
        "  apps.redis.instances.nobody: is no application of this document: write its name, or leave it out",
      ].join("\n"),
    );
    await expect(graph(estate(apps, { postgres: volumes.postgres, redis: volumes.redis }))).rejects.toThrow(
      "  apps.postgres.backup.volume: role worker has no volume backups (it has postgres, redis): write roles.worker.volumes.backups too",
    );
  });
});
