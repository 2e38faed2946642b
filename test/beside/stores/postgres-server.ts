/** A PostgreSQL that is started, told its roles, dumped and restored by the scripts of its pods. */
import { join } from "node:path";
import { pgHbaConf, postgresqlConf } from "../../../apps/postgres/config.ts";
import { type DatabaseFacts, type Login, loginOf } from "../../../apps/postgres/databases.ts";
import { backupRole, rolesPlan } from "../../../apps/postgres/plan.ts";
import { project } from "../../../local/place.ts";
import { passwordOf } from "../../../stacks/passwords.ts";
import { scriptsIn } from "../../../stacks/scripts.ts";
import { freePort, Pod, postgresPrograms, type Ran, type Running } from "./pod.ts";

export const seed = "5eed".repeat(16);

export class PostgresServer {
  readonly pod: Pod;
  readonly data: string;
  readonly backups: string;
  readonly #scripts: string;
  readonly #config: string;
  readonly #port: number;
  #superuser = 0;

  private constructor(pod: Pod, folders: Record<"data" | "backups" | "scripts" | "config", string>, port: number) {
    this.pod = pod;
    this.data = folders.data;
    this.backups = folders.backups;
    this.#scripts = folders.scripts;
    this.#config = folders.config;
    this.#port = port;
  }

  /** With an empty volume, which a fresh ext4 is. Nothing runs yet. */
  static async make(): Promise<PostgresServer> {
    const pod = await Pod.make(postgresPrograms());
    const conf = postgresqlConf({ memoryMiB: 256, maxConnections: 40, run: await pod.mkdir("run") });
    const folders = {
      data: await pod.mkdir("data"),
      backups: await pod.mkdir("backups"),
      scripts: await pod.mount("scripts", scriptsIn(join(project, "apps/postgres/scripts"))),
      config: await pod.mount("config", { "postgresql.conf": conf, "pg_hba.conf": pgHbaConf() }),
    };
    await pod.mkdir("data/lost+found");
    await pod.mount("superuser", { password: superuserPassword(0), previous: superuserPassword(0) });
    return new PostgresServer(pod, folders, await freePort());
  }

  /** The start script as the pod runs it; on a port of the loopback. */
  start(env: Readonly<Record<string, string>> = {}): Running {
    const own = ["-c", "listen_addresses=127.0.0.1", "-c", `port=${this.#port}`, "-c", "fsync=off"];
    const files = { DATA: this.data, CONFIG: this.#config, PASSWORD_FILE: join(this.pod.folder, "superuser/password") };
    return this.pod.start(["bash", join(this.#scripts, "start.sh"), ...own], { ...files, ...env });
  }

  async script(name: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const files = {
      PASSWORD_FILE: join(this.pod.folder, "superuser/password"),
      PREVIOUS_PASSWORD_FILE: join(this.pod.folder, "superuser/previous"),
    };
    return this.pod.run(["bash", join(this.#scripts, name)], { ...this.#server, PGUSER: "postgres", ...files, ...env });
  }

  /** Runs the job that makes databases and roles what these say. */
  async roles(databases: readonly DatabaseFacts[], superuser = this.#superuser): Promise<Ran> {
    const previous = superuserPassword(Math.max(superuser - 1, 0));
    await this.pod.mount("superuser", { password: superuserPassword(superuser), previous });
    this.#superuser = superuser;
    const backupPassword = passwordOf(seed, "backup", superuser);
    const plan = rolesPlan({ seed, databases, superuserPassword: superuserPassword(superuser), backupPassword });
    await this.pod.mount("backup", { password: backupPassword });
    return this.script("roles.sh", { PLAN: join(await this.pod.mount("plan", { "roles.sql": plan }), "roles.sql") });
  }

  async backup(env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const own = { PGUSER: backupRole, PASSWORD_FILE: join(this.pod.folder, "backup/password"), BACKUPS: this.backups };
    return this.script("backup.sh", { ...own, KEEP_HOURS: "48", KEEP_DAYS: "30", ...env });
  }

  async restore(DATABASE: string, BACKUP = "latest"): Promise<Ran> {
    return this.script("restore.sh", { DATABASE, BACKUP, BACKUPS: this.backups });
  }

  /** From the backups of another server, whose own volume is lost. */
  async restoreFrom(backups: string, DATABASE: string): Promise<Ran> {
    return this.script("restore.sh", { DATABASE, BACKUP: "latest", BACKUPS: backups });
  }

  /** What the SQL gives, a line a row, as the application sees it. */
  async as({ application, generation, revoked }: DatabaseFacts, sql: string, other: Partial<Login> = {}): Promise<Ran> {
    const { database, role, password } = { ...loginOf(seed, { application, generation, revoked }), ...other };
    return this.#psql(sql, { PGUSER: role, PGPASSWORD: password, PGDATABASE: database });
  }

  async superuser(sql: string, database = "postgres", password = superuserPassword(this.#superuser)): Promise<Ran> {
    return this.#psql(sql, { PGUSER: "postgres", PGPASSWORD: password, PGDATABASE: database });
  }

  /** A session that stays open, and sleeps. */
  session(database: DatabaseFacts): Running {
    const { database: name, role, password } = loginOf(seed, database);
    const env = { ...this.#server, PGUSER: role, PGPASSWORD: password, PGDATABASE: name };
    return this.pod.start(["psql", "-X", "-c", "SELECT pg_sleep(600)"], env);
  }

  get #server() {
    return { PGHOST: "127.0.0.1", PGPORT: String(this.#port), WAIT_SECONDS: "60" };
  }

  async #psql(sql: string, env: Readonly<Record<string, string>>): Promise<Ran> {
    const command = ["psql", "-X", "--no-password", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1"];
    return this.pod.run(command, { ...this.#server, ...env }, sql);
  }
}

export function superuserPassword(generation: number): string {
  return passwordOf(seed, "superuser", generation);
}
