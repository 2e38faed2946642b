import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

/** The folder of this clone. */
export const project = resolve(import.meta.dirname, "..");

/** Where one local stack keeps what it must remember, and where all clones share what was downloaded or built. */
export interface Place {
  /** Ten hexadecimal digits, different for every data folder on the machine. */
  readonly id: string;
  /** Name of its Pulumi stack: that of the data folder, so `local` for `.local`. */
  readonly stack: string;
  /** Databases, logs and the files of hosts. `reset` deletes it. */
  readonly data: string;
  /** Shared between clones, keyed by content, safe to delete while nothing runs. */
  readonly cache: string;
}

/**
 * The local stack of this clone.
 *
 * `ESTATE_DATA` names another data folder (default `.local` in the clone): a second, independent stack.
 * `ESTATE_CACHE` names another cache (default `$XDG_CACHE_HOME/estate`, else `~/.cache/estate`).
 */
export function place(environment: NodeJS.ProcessEnv = process.env): Place {
  const data = resolve(project, environment.ESTATE_DATA ?? ".local");
  const cache = resolve(
    environment.ESTATE_CACHE ?? join(environment.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "estate"),
  );
  const stack = basename(data)
    .replace(/^\.+/, "")
    .replaceAll(/[^\w.-]/g, "-");
  return { stack, id: createHash("sha256").update(data).digest("hex").slice(0, 10), data, cache };
}
