import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { cached } from "../cache.ts";
import { behind } from "../daemon/cure.ts";
import { lastLines, logFile } from "../daemon/log.ts";
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
  if (result.failed)
    throw new Trouble(`the databases could not be copied to ${to}: ${result.stderr}${behind(result.stderr)}`);
}

async function grow(stack: Stack, facts: CloudFacts, folder: string): Promise<void> {
  stack.say("OpenStack: making the tables of its databases, once on this machine (about 2 minutes)");
  const install = ["--no-defaults", `--datadir=${folder}`, "--user=root", "--skip-test-db"];
  const installed = await execa(
    "mariadb-install-db",
    [...install, "--auth-root-authentication-method=socket", "--auth-root-socket-user=root"],
    { reject: false, all: true },
  );
  if (installed.failed) {
    const said = (installed.all || installed.shortMessage || "").trim().split("\n").slice(-8).join("\n");
    throw new Trouble(`MariaDB could not make its own tables:\n${said}${behind(said)}`);
  }
  const configuration = `${facts.run}/seed.cnf`;
  await writeFile(configuration, `${mariadbConf({ folder, run: facts.run })}innodb_flush_method=nosync\n`);
  const log = logFile(stack.data, "mariadb-tables");
  const server = startServer(["mariadbd", `--defaults-file=${configuration}`], log);
  try {
    await untilAnswers(server, log, () => ask(facts, "SELECT 1"));
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

/** The log is of this start alone. */
export function startServer([program, ...args]: readonly [string, ...string[]], log: string): ChildProcess {
  const handle = openSync(log, "w", 0o600);
  const server = spawn(program, args, { stdio: ["ignore", handle, handle] });
  closeSync(handle);
  // that it cannot be started is heard as that it does not answer
  return server.on("error", () => undefined);
}

/** Resolves when the server does; throws `Trouble` with the end of its log when it ended, or after `seconds`. */
export async function untilAnswers(
  server: ChildProcess,
  log: string,
  asks: () => Promise<unknown>,
  seconds = 60,
): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(100)) {
    const error = await asks().then(
      () => undefined,
      (error: Error) => error,
    );
    if (!error) return;
    if (isRunning(server) && Date.now() < end) continue;
    const lines = (await lastLines(log, 8)).map((line) => `  ${line}`).join("\n");
    const how = isRunning(server) ? `does not answer after ${seconds} s: ${error.message}` : "ended while starting";
    throw new Trouble(
      `MariaDB ${how}. Its log, ${log}, ${lines ? `ends with:\n${lines}` : "is empty"}${behind(lines)}`,
    );
  }
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

/** A clean end: what it leaves needs no repair. */
async function ended(server: ChildProcess): Promise<void> {
  if (!isRunning(server)) return;
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  server.kill("SIGTERM");
  await gone;
}
