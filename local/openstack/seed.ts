import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { cached } from "../cache.ts";
import { Trouble } from "../say.ts";
import type { Stack } from "../stack.ts";
import { type CloudFacts, state } from "./facts.ts";
import { fingerprint } from "./files.ts";
import { lockFile } from "./lock.ts";
import { manage } from "./manage.ts";
import { databases, mariadbConf } from "./mariadb.ts";
import { ask } from "./ready.ts";
import { schemaLanes } from "./schema.ts";

/**
 * What the tables are made by: the releases of the services and of MariaDB, and the commands. The same for every stack that has the same
 * key, so that the tables are made once on a machine.
 */
export async function seedKey(facts: CloudFacts): Promise<string> {
  const { stdout } = await execa("mariadbd", ["--no-defaults", "--version"]);
  const commands = JSON.stringify(schemaLanes({ ...facts, folder: "" })).replaceAll(facts.environment, "");
  const releases = await readFile(lockFile, "utf8");
  return fingerprint(releases, stdout, commands, databases.join(), mariadbConf({ folder: "", run: "" }));
}

/**
 * Fills the folder of MariaDB with the tables of all services, empty and without any secret, from the cache or, the first
 * time on a machine, by the services' own programs. The configuration files must have been written; MariaDB must not run.
 */
export async function plantDatabases(stack: Stack, facts: CloudFacts): Promise<void> {
  const folder = state(facts, "mariadb");
  if (existsSync(folder)) return;
  const seed = await cached(stack.cache, "openstack-databases", await seedKey(facts), stack.say, (empty) =>
    grow(stack, facts, empty),
  );
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await copy(seed, unfinished);
  await rename(unfinished, folder);
}

async function copy(from: string, to: string): Promise<void> {
  const result = await execa("cp", ["--archive", "--reflink=auto", from, to], { reject: false });
  if (result.failed) throw new Trouble(`the databases could not be copied to ${to}: ${result.stderr}`);
}

async function grow(stack: Stack, facts: CloudFacts, folder: string): Promise<void> {
  stack.say("OpenStack: making the tables of its databases, once on this machine (about 2 minutes)");
  const install = ["--no-defaults", `--datadir=${folder}`, "--user=root", "--skip-test-db"];
  const installed = await execa(
    "mariadb-install-db",
    [...install, "--auth-root-authentication-method=socket", "--auth-root-socket-user=root"],
    { reject: false, all: true },
  );
  if (installed.failed) throw new Trouble(`MariaDB could not make its own tables:\n${installed.all}`);
  const configuration = `${facts.run}/seed.cnf`;
  await writeFile(configuration, `${mariadbConf({ folder, run: facts.run })}innodb_flush_method=nosync\n`);
  const server = spawn("mariadbd", [`--defaults-file=${configuration}`], { stdio: "ignore" });
  try {
    await untilAnswers(server, facts);
    await ask(facts, databases.map((name) => `CREATE DATABASE ${name};`).join("\n"));
    await Promise.all(schemaLanes(facts).map((lane) => inOrder(stack, facts, lane)));
  } finally {
    await ended(server);
  }
  await rm(`${folder}/ib_buffer_pool`, { force: true });
}

async function inOrder(stack: Stack, facts: CloudFacts, lane: ReturnType<typeof schemaLanes>[number]): Promise<void> {
  for (const command of lane) await manage(stack, facts, command);
}

/** Brings the tables of a stack that was made by other releases up to date. MariaDB must run. */
export async function updateTables(stack: Stack, facts: CloudFacts): Promise<void> {
  stack.say("OpenStack: bringing its databases up to date");
  const lanes = schemaLanes(facts).map((lane) => lane.filter(({ first }) => !first));
  await Promise.all(lanes.map((lane) => inOrder(stack, facts, lane)));
}

async function untilAnswers(server: ChildProcess, facts: CloudFacts): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await ask(facts, "SELECT 1");
      return;
    } catch (error) {
      if (server.exitCode !== null || tries > 300)
        throw new Trouble(`MariaDB does not start: ${(error as Error).message}`);
      await sleep(100);
    }
  }
}

/** A clean end: what it leaves needs no repair. */
async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGTERM");
  await gone;
}
