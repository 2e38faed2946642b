import { createHmac, randomBytes } from "node:crypto";
import { same } from "./link.ts";

/** How long a page may be open before it is sent. */
const lifetime = 4 * 3600 * 1000;

/** Tickets that were used are remembered as long as they could be used again, so many at most. */
const remembered = 20_000;

/**
 * Tickets for sending a form once: made with the page, for its link, and unknown to any other site. A page of another site cannot
 * read one, so it cannot send a form in someone's name; and a double click is one answer. All replicas accept each other's: the
 * key comes from the secret that they share. What was used is known to the replica that took it.
 */
export class Tickets {
  readonly #key: () => string;
  readonly #used = new Map<string, number>();

  constructor(key: () => string) {
    this.#key = key;
  }

  issue(query: string, now: number): string {
    const body = `${now.toString(36)}.${randomBytes(12).toString("base64url")}`;
    return `${body}.${this.#sign(query, body)}`;
  }

  /** Whether it is good; from then on it is used. */
  take(ticket: string, query: string, now: number): "good" | "used" | "wrong" {
    const [time = "", chance = "", signature = ""] = ticket.split(".");
    const body = `${time}.${chance}`;
    if (!same(signature, this.#sign(query, body))) return "wrong";
    const age = now - Number.parseInt(time, 36);
    if (!(age >= -60_000 && age < lifetime)) return "wrong";
    if (this.#used.has(chance)) return "used";
    this.#forget(now);
    this.#used.set(chance, now);
    return "good";
  }

  #sign(query: string, body: string): string {
    return createHmac("sha256", this.#key()).update(`ticket\n${query}\n${body}`).digest("base64url");
  }

  /** The oldest are first: a Map keeps the order. */
  #forget(now: number): void {
    for (const [chance, at] of this.#used) {
      if (now - at < lifetime && this.#used.size < remembered) return;
      this.#used.delete(chance);
    }
  }
}
