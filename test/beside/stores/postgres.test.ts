/** A real PostgreSQL under the scripts of its pods: made, given its roles, rotated, dumped, restored. */
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DatabaseFacts } from "../../../apps/postgres/databases.ts";
import { PostgresServer, superuserPassword } from "./postgres-server.ts";

const soon = { timeout: 30_000, interval: 100 };
const greenlight: DatabaseFacts = { application: "greenlight", generation: 0, revoked: -1 };
const scalelite: DatabaseFacts = { application: "scalelite", generation: 0, revoked: -1 };
const succeeded = (text = "") => ({ exitCode: 0, text });
const failed = (text: string | RegExp) => ({ exitCode: expect.not.toBeOneOf([0]), text: expect.stringMatching(text) });

describe("the start", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.make();
  });

  afterAll(() => server.pod.remove());

  test("makes no cluster in a folder that is not the volume", async () => {
    await rm(join(server.data, "lost+found"), { recursive: true });
    expect(await server.start().ended).toEqual(failed(/is not the volume itself. Is it mounted/));
    expect(await readdir(server.data)).toEqual(["lock"]);
    await server.pod.mkdir("data/lost+found");
  });

  test("makes a cluster anew where it was killed while it made one", async () => {
    await server.pod.mount("data/pgdata.new", { half: "made" });
    const running = server.start();
    await vi.waitFor(async () => expect(await server.superuser("SELECT 1")).toEqual(succeeded("1")), soon);
    expect((await readdir(server.data)).sort()).toEqual(["lock", "lost+found", "pgdata"]);
    running.terminate();
    await running.ended;
  });

  test("refuses a second server on the same data, and ends in order although a client stays", async () => {
    const running = server.start();
    await vi.waitFor(async () => expect(await server.superuser("SELECT 1")).toEqual(succeeded("1")), soon);
    expect(await server.start().ended).toEqual(failed(/another server still has/));
    expect(await server.roles([greenlight])).toEqual(succeeded("Databases and roles are as the estate says."));
    const session = server.session(greenlight);
    const open = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND usename = 'greenlight_a'";
    await vi.waitFor(async () => expect(await server.superuser(open)).toEqual(succeeded("1")), soon);
    running.terminate();
    const { exitCode, text } = await running.ended;
    expect({ exitCode, last: text.split("\n").at(-1) }).toEqual({
      exitCode: 0,
      last: expect.stringMatching(/database system is shut down/),
    });
    expect(await session.ended).toEqual(failed(/administrator command/));
  });

  test("refuses the data of another major version, says the way, and changes nothing", async () => {
    const file = join(server.data, "pgdata/PG_VERSION");
    const real = await readFile(file, "utf8");
    await writeFile(file, "9\n");
    const { exitCode, text } = await server.start().ended;
    expect(exitCode).toBe(1);
    expect(text).toMatch(
      /the data is of PostgreSQL 9, this is PostgreSQL \d+, which cannot read it. Nothing was changed/,
    );
    expect(text).toMatch(/Go back to an image of PostgreSQL 9[\s\S]*Make a backup[\s\S]*Restore each database/);
    await writeFile(file, real);
    const running = server.start();
    await vi.waitFor(
      async () => expect(await server.superuser("SELECT 1", "greenlight")).toEqual(succeeded("1")),
      soon,
    );
    running.terminate();
    expect((await running.ended).text).not.toMatch(/not properly shut down/);
  });
});

describe("databases and roles", () => {
  let server: PostgresServer;
  const second = { ...greenlight, generation: 1 };

  beforeAll(async () => {
    server = await PostgresServer.make();
    server.start();
  });

  afterAll(() => server.pod.remove());

  test("wait for the server, and may be made any number of times", async () => {
    for (const _ of ["first", "again"])
      expect(await server.roles([greenlight, scalelite])).toEqual(
        succeeded("Databases and roles are as the estate says."),
      );
    const sql =
      "CREATE EXTENSION pgcrypto; CREATE TABLE rooms (name text); INSERT INTO rooms VALUES ('a'); SELECT * FROM rooms";
    expect(await server.as(greenlight, sql)).toEqual(succeeded("a"));
  });

  test("an application reaches its own database only, and may neither make another nor become anyone", async () => {
    expect(await server.as(greenlight, "SELECT 1", { database: "scalelite" })).toEqual(failed(/permission denied/));
    expect(await server.as(greenlight, "SELECT 1", { database: "postgres" })).toEqual(failed(/permission denied/));
    expect(await server.as(greenlight, "CREATE DATABASE mine")).toEqual(failed(/permission denied/));
    expect(await server.as(greenlight, "SET ROLE scalelite")).toEqual(failed(/permission denied/));
    expect(await server.as(greenlight, "SELECT 1", { role: "greenlight_b" })).toEqual(failed(/authentication failed/));
  });

  test("a new password opens what the one before it opens, and the one before stays good until it is revoked", async () => {
    expect(await server.roles([second, scalelite])).toMatchObject({ exitCode: 0 });
    const before = server.session(greenlight);
    const open = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'greenlight_a' AND query LIKE '%pg_sleep(600)'";
    await vi.waitFor(async () => expect(await server.superuser(open)).toEqual(succeeded("1")), soon);
    expect(await server.as(second, "ALTER TABLE rooms ADD COLUMN size int; SELECT name FROM rooms")).toEqual(
      succeeded("a"),
    );
    expect(await server.as(second, "CREATE TABLE users (name text)")).toEqual(succeeded());
    expect(await server.as(greenlight, "INSERT INTO users VALUES ('ada'); DROP TABLE users")).toEqual(succeeded());

    expect(await server.roles([{ ...second, revoked: 0 }, scalelite])).toMatchObject({ exitCode: 0 });
    expect(await before.ended).toEqual(failed(/administrator command/));
    expect(await server.as(greenlight, "SELECT 1")).toEqual(failed(/not permitted to log in|authentication failed/));
    expect(await server.as(second, "SELECT name FROM rooms")).toEqual(succeeded("a"));
  });

  test("the superuser's password changes while the server runs, and a job that was stopped may be run again", async () => {
    for (const _ of ["first", "again"])
      expect(await server.roles([second, scalelite], 1)).toMatchObject({ exitCode: 0 });
    expect(await server.superuser("SELECT 1")).toEqual(succeeded("1"));
    expect(await server.superuser("SELECT 1", "postgres", superuserPassword(0))).toEqual(
      failed(/authentication failed/),
    );
    expect(await server.roles([second, scalelite], 3)).toEqual(failed(/counted up twice at once/));
    expect(await server.roles([second, scalelite], 2)).toMatchObject({ exitCode: 0 });
  });

  test("who is no longer declared cannot log in, and the data waits", async () => {
    expect(await server.roles([scalelite])).toMatchObject({ exitCode: 0 });
    expect(await server.as(second, "SELECT 1")).toEqual(failed(/not permitted to log in|authentication failed/));
    expect(await server.superuser("SELECT name FROM rooms", "greenlight")).toEqual(succeeded("a"));
    expect(await server.roles([second, scalelite])).toMatchObject({ exitCode: 0 });
    expect(await server.as(second, "SELECT name FROM rooms")).toEqual(succeeded("a"));
  });
});

describe("backups", () => {
  const base = Date.UTC(2026, 10, 20, 12, 17) / 1000;
  /** Every row of every table, in a fixed order, as text: what a restore must bring back. */
  const tables = ["rooms", "users", "files"];
  const rows = async (one: DatabaseFacts) =>
    Promise.all(
      tables.map(async (table) => (await server.as(one, `COPY (SELECT * FROM ${table} ORDER BY 1) TO STDOUT`)).text),
    );
  const dumps = async (database: string) =>
    (await readdir(join(server.backups, database))).filter((name) => name.endsWith(".dump")).sort();
  const metrics = async () => await readFile(join(server.backups, "metrics/postgres_backup.prom"), "utf8");
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.make();
    server.start();
    expect(await server.roles([greenlight, scalelite])).toMatchObject({ exitCode: 0 });
    const content = `
      CREATE EXTENSION pgcrypto;
      CREATE TABLE users (id serial PRIMARY KEY, name text UNIQUE, born timestamptz, rights jsonb);
      CREATE TABLE rooms (id uuid PRIMARY KEY, owner int REFERENCES users ON DELETE CASCADE, size numeric(6,2), tags text[]);
      CREATE TABLE files (id int PRIMARY KEY, content bytea);
      INSERT INTO users (name, born, rights) SELECT 'Jürgen Łódź ' || i || E'\\t\\n', to_timestamp(i), jsonb_build_object('n', i, 'x', NULL) FROM generate_series(1, 5000) i;
      INSERT INTO rooms SELECT md5(i::text)::uuid, i, i / 7.0, ARRAY['a', NULL, 'ß' || i] FROM generate_series(1, 5000) i;
      INSERT INTO files SELECT i, digest(i::text, 'sha512') FROM generate_series(1, 500) i;`;
    expect(await server.as(greenlight, content)).toEqual(succeeded());
    expect(await server.as(scalelite, "CREATE TABLE recordings (id int); INSERT INTO recordings VALUES (1)")).toEqual(
      succeeded(),
    );
  });

  afterAll(() => server.pod.remove());

  test("are one file a database, and say their age and size", async () => {
    const { exitCode, text } = await server.backup({ NOW: String(base) });
    expect({ exitCode, text }).toEqual(succeeded("greenlight is backed up.\nscalelite is backed up."));
    expect(await dumps("greenlight")).toEqual(["20261120T121700Z.dump"]);
    const { size, mode } = await stat(join(server.backups, "greenlight/20261120T121700Z.dump"));
    expect(mode & 0o007).toBe(0);
    expect(await metrics()).toContain(
      `estate_backup_last_success_timestamp_seconds{store="postgres",database="greenlight"} ${base}\n`,
    );
    expect(await metrics()).toContain(`estate_backup_size_bytes{store="postgres",database="greenlight"} ${size}\n`);
  });

  test("are restored row by row, while the other database is used, and what was there before is kept", async () => {
    const before = await rows(greenlight);
    expect(before.map((text) => text.split("\n").length)).toEqual([5000, 5000, 500]);
    const harm = "DELETE FROM users WHERE id % 3 = 0; UPDATE files SET content = ''; DROP TABLE rooms";
    expect(await server.as(greenlight, harm)).toEqual(succeeded());
    const other = server.session(scalelite);
    const session = server.session(greenlight);
    const open = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND usename <> 'postgres'";
    await vi.waitFor(async () => expect(await server.superuser(open)).toEqual(succeeded("2")), soon);

    const restored = await server.restore("greenlight");
    expect(restored).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/greenlight is what 20261120T121700Z.dump holds/),
    });
    expect(await rows(greenlight)).toEqual(before);
    expect(await session.ended).toEqual(failed(/administrator command/));
    expect(await server.superuser(open)).toEqual(succeeded("1"));
    other.terminate();

    const next = "INSERT INTO users (name) VALUES ('new') RETURNING id";
    expect(await server.as(greenlight, `${next}; ALTER TABLE rooms ADD COLUMN more int`)).toEqual(succeeded("5001"));
    expect(await server.as(scalelite, "SELECT 1", { database: "greenlight" })).toEqual(failed(/permission denied/));
    const [, aside = ""] = /DROP DATABASE "(\w+)"/.exec(restored.text) ?? [];
    expect(await server.superuser(`ALTER DATABASE ${aside} ALLOW_CONNECTIONS true`)).toEqual(succeeded());
    expect(await server.superuser("SELECT count(*) FROM users", aside)).toEqual(succeeded(String(5000 - 1666)));
    expect((await server.backup({ NOW: String(base + 3600) })).text).not.toContain(aside);
  });

  test("of a server that is lost are restored on a new one, row by row", async () => {
    const fresh = await PostgresServer.make();
    fresh.start();
    const before = await rows(greenlight);
    expect(await fresh.roles([greenlight, scalelite])).toMatchObject({ exitCode: 0 });
    expect(await fresh.restoreFrom(server.backups, "greenlight")).toMatchObject({ exitCode: 0 });
    const lost = server;
    server = fresh;
    expect(await rows(greenlight)).toEqual(before);
    server = lost;
    await fresh.pod.remove();
  });

  test("that are damaged, or not there, are refused, and nothing changes", async () => {
    const before = await rows(greenlight);
    const file = join(server.backups, "greenlight/20261120T131700Z.dump");
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]));
    expect(await server.restore("greenlight")).toEqual(failed(/Nothing was changed: .* its sha256 differs/));
    await writeFile(file, bytes);
    expect(await server.restore("greenlight", "20990101T000000Z.dump")).toEqual(
      failed(/There are: .*20261120T121700Z.dump/),
    );
    expect(await server.restore("nothing")).toEqual(failed(/there is no backup of nothing/));
    expect(await server.restore("greenlight", "../scalelite/20261120T131700Z.dump")).toEqual(
      failed(/there is no backup/),
    );
    expect(await rows(greenlight)).toEqual(before);
  });

  test("that fail leave what was there, make no younger age, and do not keep the others from being made", async () => {
    expect(await server.superuser("REVOKE CONNECT ON DATABASE greenlight FROM estate_backup")).toEqual(succeeded());
    const { exitCode, text } = await server.backup({ NOW: String(base + 7200) });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/Not backed up: greenlight. What was there before is kept/);
    expect(await dumps("greenlight")).toEqual(["20261120T121700Z.dump", "20261120T131700Z.dump"]);
    expect(await dumps("scalelite")).toHaveLength(3);
    expect(await metrics()).toContain(`{store="postgres",database="greenlight"} ${base + 3600}\n`);
    expect(await server.roles([greenlight, scalelite])).toMatchObject({ exitCode: 0 });
  });

  test("are kept for hours, then one a day, then not at all; the newest always", async () => {
    const folder = join(server.backups, "scalelite");
    for (const name of await readdir(folder)) await rm(join(folder, name));
    const name = (hours: number) => new Date((base - hours * 3600) * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
    const hours = [3, 47, 49, 61, 66, 26 * 24, 26 * 24 + 6, 31 * 24];
    for (const one of hours)
      await server.pod.mount("backups/scalelite", { [`${name(one)}.dump`]: "", [`${name(one)}.dump.sha256`]: "" });
    expect(await server.backup({ NOW: String(base), KEEP_HOURS: "48", KEEP_DAYS: "30" })).toMatchObject({
      exitCode: 0,
    });
    // 49 hours ago is of the same day as 47, 66 of the same as 61, and so are the two of 26 days ago
    const kept = [0, 3, 47, 61, 26 * 24].map((one) => `${name(one)}.dump`);
    expect(await dumps("scalelite")).toEqual(kept.sort());
    expect((await readdir(folder)).filter((one) => one.endsWith(".sha256"))).toHaveLength(kept.length);
  });
});
