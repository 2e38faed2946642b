import { DatabaseSync } from "node:sqlite";
import type { Allowed } from "./allowed.ts";

/** The tables of coturn's that are written here, and the column beside the realm. */
const tables = { turn_secret: "value", allowed_peer_ip: "ip_range" } as const;

/**
 * coturn's database: it looks for secrets there at each login, and reads allowed peers anew every five seconds. Whoever comes first
 * makes the tables; the other finds them.
 *
 * @source coturn 4.6.1: its tables as it makes them; `sleep(5)` and `update_white_and_black_lists` of src/apps/relay/netengine.c
 */
export class Database {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    // readers go on while this writes
    this.#database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL");
    for (const [table, column] of Object.entries(tables))
      this.#database.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (realm varchar(127) default '', ${column} varchar(256), primary key (realm, ${column}))`,
      );
  }

  /** Makes it say what is allowed, and nothing else, at once. What stays is not touched. */
  write({ realm, secrets, peers }: Allowed): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#fill("turn_secret", realm, secrets);
      this.#fill("allowed_peer_ip", realm, peers);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #fill(table: keyof typeof tables, realm: string, values: readonly string[]): void {
    const column = tables[table];
    const listed = JSON.stringify(values);
    this.#database
      .prepare(`DELETE FROM ${table} WHERE realm <> ? OR ${column} NOT IN (SELECT value FROM json_each(?))`)
      .run(realm, listed);
    this.#database
      .prepare(`INSERT OR IGNORE INTO ${table} (realm, ${column}) SELECT ?, value FROM json_each(?)`)
      .run(realm, listed);
  }
}
