import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Trouble } from "../../local/say.ts";
import { Finding } from "./finding.ts";

/** A finding, and how long it is known. */
export interface Sighted extends Finding {
  /** When it was seen first, of the times in a row in which it was. */
  readonly firstSeen: string;
  /** In how many checks in a row. */
  readonly timesSeen: number;
}

/** What a check adds to the history. */
export interface Sighting {
  readonly stack: string;
  readonly at: Date;
  readonly findings: readonly Finding[];
  /** Answers that were looked at wholly: what is not found there any more is over. */
  readonly whole: readonly Finding["answer"][];
}

/** Days after which what is over is forgotten. */
const kept = 90;

const tables = `
create table if not exists finding (
  stack text not null, id text not null, answer text not null, first_seen text not null, last_seen text not null,
  times integer not null, over text, body text not null, primary key (stack, id));
pragma busy_timeout = 5000;`;

interface Row {
  readonly first_seen: string;
  readonly times: number;
  readonly over: string | null;
  readonly body: string;
}

/** What earlier checks found, in a file of SQLite. Two checks at once write one after the other. */
export class History {
  readonly #database: DatabaseSync;

  /** @throws Trouble when the file cannot be opened, or is none of these */
  constructor(file: string) {
    try {
      if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      this.#database = new DatabaseSync(file);
      this.#database.exec(tables);
    } catch (error) {
      throw new Trouble(
        `the history of findings ${file} cannot be used: ${(error as Error).message}. Delete it, and it begins anew; or name another with --history`,
      );
    }
  }

  /** Writes down what a check found, and gives it with how long it is known. */
  record({ stack, at, findings, whole }: Sighting): Sighted[] {
    const now = at.toISOString();
    this.#database.exec("begin immediate");
    try {
      const seen = findings.map((finding) => this.#see(stack, now, finding));
      const ids = new Set(findings.map(({ id }) => id));
      for (const { id, answer } of this.#open(stack))
        if (!ids.has(id) && whole.some((one) => one === answer))
          this.#database.prepare("update finding set over = ? where stack = ? and id = ?").run(now, stack, id);
      const forgotten = new Date(at.getTime() - kept * 86_400_000).toISOString();
      this.#database.prepare("delete from finding where over < ?").run(forgotten);
      this.#database.exec("commit");
      return seen;
    } catch (error) {
      this.#database.exec("rollback");
      throw error;
    }
  }

  /** The same without writing anything: as it would be after this check. */
  look(stack: string, at: Date, findings: readonly Finding[]): Sighted[] {
    return findings.map((finding) => this.#after(stack, at.toISOString(), finding));
  }

  /** A finding by its id, or by the beginning of it. @throws Trouble when there is none, or several */
  find(stack: string, id: string): Finding {
    const query = "select body from finding where stack = ? and over is null and substr(id, 1, ?) = ?";
    const rows = this.#database.prepare(query).all(stack, id.length, id) as unknown as Row[];
    const [row, second] = rows;
    if (row && !second) return Finding.parse(JSON.parse(row.body));
    const what = second ? `several findings begin with ${id}` : `no finding of the last check is ${id}`;
    throw new Trouble(`${what}; 'estate drift --stack ${stack}' shows those there are`);
  }

  close(): void {
    this.#database.close();
  }

  #see(stack: string, now: string, finding: Finding): Sighted {
    const seen = this.#after(stack, now, finding);
    const write = `insert into finding (stack, id, answer, first_seen, last_seen, times, over, body) values (?, ?, ?, ?, ?, ?, null, ?)
      on conflict (stack, id) do update set first_seen = excluded.first_seen, last_seen = excluded.last_seen,
      times = excluded.times, over = null, body = excluded.body`;
    const { id, answer } = finding;
    this.#database
      .prepare(write)
      .run(stack, id, answer, seen.firstSeen, now, seen.timesSeen, JSON.stringify(Finding.parse(finding)));
    return seen;
  }

  #after(stack: string, now: string, finding: Finding): Sighted {
    const query = "select first_seen, times, over, body from finding where stack = ? and id = ?";
    const row = this.#database.prepare(query).get(stack, finding.id) as unknown as Row | undefined;
    // what was over and is there again begins anew
    if (!row || row.over !== null) return { ...finding, firstSeen: now, timesSeen: 1 };
    return { ...finding, firstSeen: row.first_seen, timesSeen: row.times + 1 };
  }

  #open(stack: string): { id: string; answer: string }[] {
    const query = "select id, answer from finding where stack = ? and over is null";
    return this.#database.prepare(query).all(stack) as unknown as { id: string; answer: string }[];
  }
}
