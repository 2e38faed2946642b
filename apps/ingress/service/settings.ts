import { readFileSync } from "node:fs";

/** A certificate that is kept in a Secret. */
export interface Certificate {
  /** The Secret, with tls.crt and tls.key. */
  readonly secret: string;
  /** DNS names. */
  readonly names: readonly string[];
  /** The name that lego keeps it under: it has a hash of the names. */
  readonly id: string;
}

/** What the keeper is told. */
export interface KeeperSettings {
  /** The Secret with all that lego must not lose: its account, the certificates, their keys. */
  readonly state: string;
  readonly certificates: readonly Certificate[];
}

export function readSettings(path: string): KeeperSettings {
  return JSON.parse(readFileSync(path, "utf8")) as KeeperSettings;
}
