import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readAllowed } from "./allowed.ts";
import { Database } from "./database.ts";
import { reloadable } from "./process.ts";

/** Where everything is. */
export interface KeeperPlaces {
  /** A file: what is allowed. */
  readonly allowed: string;
  /** A folder with tls.crt and tls.key. */
  readonly certificate: string;
  /** A folder that the server has, too: the database, the number of its process, and `kept`. */
  readonly run: string;
}

export type Say = (line: Readonly<Record<string, unknown>>) => void;

/** Brings to a running TURN server what changes while it runs: allowed peers and secrets, and the certificate. No relay ends for it. */
export class Keeper {
  readonly #places: KeeperPlaces;
  readonly #say: Say;
  readonly #database: Database;
  /** What the database says. */
  #written = "";
  /** The process, and the certificate that it was told of. */
  #told = "";

  constructor(places: KeeperPlaces, say: Say) {
    this.#places = places;
    this.#say = say;
    this.#database = new Database(join(places.run, "turndb"));
  }

  /** Looks once. What cannot be read now is told, and what was there before goes on. */
  look(): void {
    const done = [this.#try("allowed", () => this.#allow()), this.#try("certificate", () => this.#certify())];
    if (done.every(Boolean) && this.#written) writeFileSync(join(this.#places.run, "kept"), "");
  }

  close(): void {
    this.#database.close();
  }

  #allow(): void {
    const text = readFileSync(this.#places.allowed, "utf8");
    if (text === this.#written) return;
    const allowed = readAllowed(text);
    this.#database.write(allowed);
    this.#written = text;
    this.#say({ event: "allowed", peers: allowed.peers.length, secrets: allowed.secrets.length });
  }

  #certify(): void {
    const hash = createHash("sha256");
    for (const file of ["tls.crt", "tls.key"]) hash.update(readFileSync(join(this.#places.certificate, file)));
    const pid = reloadable(join(this.#places.run, "turnserver.pid"));
    if (pid === undefined) return;
    const now = `${pid} ${hash.digest("hex")}`;
    if (now === this.#told) return;
    // a process that was not told yet may have read the files just before they changed
    process.kill(pid, "SIGUSR2");
    this.#told = now;
    this.#say({ event: "certificate", told: pid });
  }

  #try(what: string, act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      // a message of JSON.parse may quote the file, which holds secrets
      const message = error instanceof SyntaxError ? "is no JSON" : String(error);
      this.#say({ event: "failed", what, message });
      return false;
    }
  }
}
