import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Say } from "../../local/say.ts";
import { ForgeError, Later } from "./error.ts";
import { secondsUntilAgain } from "./patience.ts";

/** How an API is reached. */
export interface Access {
  /** Such as `https://api.github.com`, without a slash at its end. */
  readonly url: string;
  /** With the token. Never printed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly say: Say;
  /** Seconds that may be spent on waiting for limits and failures in all. */
  readonly patience: number;
  /** @default the machine's clock */
  readonly clock?: { readonly now: () => number; readonly sleep: (seconds: number) => Promise<void> };
}

interface Answer {
  readonly headers: Headers;
  readonly body: unknown;
}

const times = { attempts: 6, timeout: 30_000 };
const machineClock = { now: () => Date.now(), sleep: async (seconds: number) => void (await sleep(seconds * 1000)) };

/** A client of one forge: it waits where the forge limits, and repeats what failed by itself. */
export class Api {
  readonly #access: Access;
  readonly #clock: NonNullable<Access["clock"]>;
  #patience: number;

  constructor(access: Access) {
    this.#access = access;
    this.#clock = access.clock ?? machineClock;
    this.#patience = access.patience;
  }

  /**
   * One request. A creation that had no answer is not repeated here: it may have been done.
   *
   * @throws ForgeError when it is refused, Later when the forge wants more time than there is
   */
  async request(method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.#send(method, path, body);
      if (!(found instanceof ForgeError)) return found;
      const { status, headers, message } = found;
      const seconds = secondsUntilAgain({ status, headers, message }, attempt, this.#clock.now());
      const unsafe = method === "POST" && (status === 0 || status >= 500);
      if (seconds === undefined || unsafe || attempt === times.attempts) throw found;
      await this.pause(seconds, found);
    }
  }

  /** Every item of a list, page after page, as GitHub (Link) and GitLab (x-next-page) name the next. */
  async list(path: string): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const { headers, body } = await this.request("GET", next);
      items.push(...z.array(z.unknown()).parse(body));
      next = this.#nextPage(next, headers);
    }
    return items;
  }

  /** Waits as long as was asked for. @throws Later when there is less time than that */
  async pause(seconds: number, why: ForgeError): Promise<void> {
    if (seconds > this.#patience) throw new Later(why, Math.ceil(seconds));
    this.#patience -= seconds;
    this.#access.say(`${why.message}; again in ${Math.ceil(seconds)} s`);
    await this.#clock.sleep(seconds);
  }

  async #send(method: string, path: string, body: unknown): Promise<Answer | ForgeError> {
    const { url, headers } = this.#access;
    const what = `${method} ${path.split("?", 1)[0]}`;
    const sent = fetch(`${url}${path}`, {
      ...{ method, signal: AbortSignal.timeout(times.timeout) },
      // elsewhere the token would go along
      redirect: "manual",
      headers: { accept: "application/json", "user-agent": "estate", ...headers, ...(body ? jsonBody : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    try {
      const answer = await sent;
      const text = await answer.text();
      if (answer.ok) return { headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
      return new ForgeError(what, answer.status, answer.headers, this.#withoutToken(messageIn(text)));
    } catch (error) {
      const cause = (error as Error).cause ?? error;
      return new ForgeError(what, 0, new Headers(), this.#withoutToken((cause as Error).message));
    }
  }

  #nextPage(path: string, headers: Headers): string | undefined {
    const { url } = this.#access;
    const linked = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(headers.get("link") ?? "")?.[1];
    // a page elsewhere would get the token
    if (linked?.startsWith(`${url}/`)) return linked.slice(url.length);
    const page = headers.get("x-next-page");
    if (!page) return undefined;
    const [route = "", query] = path.split("?", 2);
    const search = new URLSearchParams(query);
    search.set("page", page);
    return `${route}?${search}`;
  }

  #withoutToken(text: string): string {
    const secrets = Object.values(this.#access.headers).map((value) => value.replace(/^Bearer /, ""));
    return secrets.reduce((shown, secret) => shown.replaceAll(secret, "[token]"), text);
  }
}

const jsonBody = { "content-type": "application/json" };

/** What a forge says in an error: GitHub and GitLab have it in `message`, GitLab in `error` too. */
function messageIn(text: string): string {
  try {
    const { message, error } = JSON.parse(text) as { readonly message?: unknown; readonly error?: unknown };
    const said = message ?? error ?? "";
    return short(typeof said === "string" ? said : JSON.stringify(said));
  } catch {
    return short(text.replaceAll(/<[^>]*>/g, " "));
  }
}

function short(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
