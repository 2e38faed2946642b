/** A real Redis under the scripts of its pods: what it keeps, whom it lets in, and how its passwords change. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { redisConf } from "../../../apps/redis/config.ts";
import { type InstanceFacts, passwordsOf, type RedisUser, usersAcl } from "../../../apps/redis/users.ts";
import { project } from "../../../local/place.ts";
import { scriptsIn } from "../../../stacks/scripts.ts";
import { freePort, Pod, type Ran, type Running } from "./pod.ts";

const soon = { timeout: 20_000, interval: 50 };
const seed = "5eed".repeat(16);
const first: InstanceFacts = { application: "scalelite", generation: 0, revoked: -1 };
const second = { ...first, generation: 1 };
const revoked = { ...second, revoked: 0 };

let pod: Pod;
let port: string;
let folders: Record<"data" | "config" | "scripts" | "users", string>;
let server: Running;

beforeAll(async () => {
  pod = await Pod.make();
  port = String(await freePort());
  folders = {
    data: await pod.mkdir("data"),
    config: await pod.mount("config", { "redis.conf": redisConf({ memoryMiB: 64 }) }),
    scripts: await pod.mount("scripts", scriptsIn(join(project, "apps/redis/scripts"))),
    users: await users(first),
  };
  await pod.mkdir("data/lost+found");
});

afterAll(() => pod.remove());

/** The Secret of the server. */
async function users(instance: InstanceFacts): Promise<string> {
  const password = (generation: number) => passwordOf("admin", { ...instance, generation, revoked: -1 });
  return await pod.mount("users", {
    ...{ "users.acl": usersAcl(seed, instance), password: password(instance.generation) },
    previous: password(Math.max(instance.generation - 1, 0)),
  });
}

function passwordOf(user: RedisUser, instance: InstanceFacts): string {
  return passwordsOf(seed, user, instance)[0] ?? "";
}

function start(): Running {
  const env = {
    DATA: folders.data,
    FOLDER: "scalelite-redis",
    CONFIG: folders.config,
    USERS: join(folders.users, "users.acl"),
  };
  return pod.start(["bash", join(folders.scripts, "start.sh"), "--bind", "127.0.0.1", "--port", port], env);
}

async function cli(user: RedisUser, instance: InstanceFacts, input: string): Promise<Ran> {
  const env = { REDISCLI_AUTH: passwordOf(user, instance) };
  return await pod.run(["redis-cli", "-p", port, "--user", user, "--no-auth-warning"], env, input);
}

const get = async (instance: InstanceFacts, key: string) =>
  (await cli("default", instance, `GET ${key}\n`)).text.trim();
const ready = async () => (await pod.run(["bash", join(folders.scripts, "ready.sh")], { PORT: port })).exitCode;
const isReady = () => vi.waitFor(async () => expect(await ready()).toBe(0), soon);

/** Runs the job that changes the users. */
async function tell(instance: InstanceFacts): Promise<Ran> {
  const files = { USERS: "users.acl", PASSWORD_FILE: "password", PREVIOUS_PASSWORD_FILE: "previous" };
  const folder = await users(instance);
  const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(folder, file)]));
  return pod.run(["bash", join(folders.scripts, "users.sh")], {
    ...paths,
    HOST: "127.0.0.1",
    PORT: port,
    WAIT_SECONDS: "3",
  });
}

test("does not start in a folder that is not the volume, nor twice in one", async () => {
  await rm(join(folders.data, "lost+found"), { recursive: true });
  expect(await start().ended).toMatchObject({ exitCode: 1, text: expect.stringMatching(/Is it mounted on the host/) });
  await pod.mkdir("data/lost+found");
  expect(await ready()).not.toBe(0);
  server = start();
  await isReady();
  expect(await start().ended).toMatchObject({ exitCode: 1, text: expect.stringMatching(/another server still has/) });
});

test("lets in who knows the password, and the application may do anything but administer", async () => {
  const stranger = await pod.run(["redis-cli", "-p", port], {}, "GET server\n");
  expect(stranger.text).toMatch(/NOAUTH/);
  expect((await cli("default", second, "GET server\n")).text).toMatch(/WRONGPASS|NOAUTH/);
  expect((await cli("default", first, "SET server bbb-01\nGET server\n")).text.split(/\s+/).slice(0, 2)).toEqual([
    "OK",
    "bbb-01",
  ]);
  for (const command of ["CONFIG GET dir", "ACL LIST", "SHUTDOWN", "REPLICAOF 127.0.0.1 1"])
    expect((await cli("default", first, `${command}\n`)).text).toMatch(/NOPERM/);
});

test("evicts nothing: a write that finds no memory fails, and what is there stays", async () => {
  expect((await cli("admin", first, "CONFIG GET maxmemory-policy\n")).text).toContain("noeviction");
  const megabyte = "x".repeat(1 << 20);
  const fill = Array.from({ length: 40 }, (_, index) => `SET filler-${index} ${megabyte}\n`).join("");
  expect((await cli("default", first, fill)).text).toMatch(/OOM command not allowed/);
  expect(await get(first, "server")).toBe("bbb-01");
  expect(await ready()).toBe(0);
  const keys = Array.from({ length: 40 }, (_, index) => `filler-${index}`).join(" ");
  expect((await cli("default", first, `DEL ${keys}\n`)).text.trim()).toMatch(/^[1-9]\d*$/);
});

test("has after a kill what it had before", async () => {
  expect(
    (await cli("default", first, "HSET servers bbb-01 enabled\nINCRBY load 7\n")).text.trim().split(/\s+/),
  ).toEqual(["1", "7"]);
  // in the file at once, but held back for two seconds at most where the disk is still busy with what was before
  await vi.waitFor(
    async () => expect((await cli("admin", first, "INFO persistence\n")).text).toMatch(/^aof_buffer_length:0\s*$/m),
    soon,
  );
  server.terminate("SIGKILL");
  await server.ended;
  server = start();
  await isReady();
  expect((await cli("default", first, "HGETALL servers\nGET load\nGET server\n")).text.trim().split(/\s+/)).toEqual([
    ...["bbb-01", "enabled", "7", "bbb-01"],
  ]);
});

test("takes a new password while it runs, and the one before it until that is revoked", async () => {
  const script = "BLPOP never 60\n";
  const waiting = cli("default", first, script);
  await vi.waitFor(async () => expect((await cli("admin", first, "CLIENT LIST\n")).text).toMatch(/cmd=blpop/), soon);
  for (const _ of ["first", "again"]) expect(await tell(second)).toMatchObject({ exitCode: 0 });
  expect([await get(first, "server"), await get(second, "server")]).toEqual(["bbb-01", "bbb-01"]);
  expect((await cli("admin", second, "CLIENT LIST\n")).text).toMatch(/cmd=blpop/);

  expect(await tell(revoked)).toMatchObject({ exitCode: 0, text: expect.stringMatching(/are as the estate says/) });
  expect((await waiting).text).toMatch(/closed|I\/O error/i);
  expect((await cli("default", first, "GET server\n")).text).toMatch(/WRONGPASS|NOAUTH/);
  expect(await get(revoked, "server")).toBe("bbb-01");
  expect(await tell({ ...second, generation: 3 })).toMatchObject({
    exitCode: 1,
    text: expect.stringMatching(/twice at once/),
  });
});

test("ends in order, and starts with the passwords that it was told last", async () => {
  await users(revoked);
  server.terminate();
  expect(await server.ended).toMatchObject({ exitCode: 0, text: expect.stringMatching(/bye bye/) });
  server = start();
  await isReady();
  expect(await get(revoked, "server")).toBe("bbb-01");
  expect((await cli("default", first, "GET server\n")).text).toMatch(/WRONGPASS|NOAUTH/);
});
