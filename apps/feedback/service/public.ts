import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AnswerRules, answerOf, problemIn, readForm, type Sent } from "./answer.ts";
import { fromElsewhere, readBody } from "./body.ts";
import { Limit, type LimitRules } from "./limit.ts";
import { judgeLink, type LinkRules, signedPart } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import { contentPolicy, type Failure, failurePage, formPage, thanksPage } from "./page.ts";
import type { Store } from "./store.ts";
import { type Language, languageOf } from "./texts.ts";
import { Tickets } from "./ticket.ts";

export interface PublicRules extends AnswerRules, Omit<LinkRules, "secrets"> {
  readonly limit: LimitRules;
  /** Where the thanks lead on. */
  readonly next?: string;
  /** Whether a proxy says in X-Forwarded-For who calls. The last entry counts: it is the nearest proxy's. */
  readonly behindProxy: boolean;
}

export interface Surroundings {
  readonly rules: PublicRules;
  /** The secrets that sign links; read anew, so that they can be rotated. */
  readonly secrets: () => readonly string[];
  readonly store: Store;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly say: (line: Readonly<Record<string, unknown>>) => void;
}

const methods: ReadonlyMap<string, readonly string[]> = new Map([
  ["/feedback", ["GET", "HEAD", "POST"]],
  ["/feedback/thanks", ["GET", "HEAD"]],
]);

const failureStatus = { forged: 403, expired: 410, often: 429, large: 413, missing: 404, broken: 503 } as const;

/** What people see: the form, and the thanks. */
export function publicServer(surroundings: Surroundings): Server {
  const { rules, secrets } = surroundings;
  const limit = new Limit(rules.limit);
  const tickets = new Tickets(() => secrets()[0] ?? "");
  const server = createServer((request, response) => {
    const exchange = new Exchange(surroundings, { tickets, limit, request, response });
    exchange.answer().catch((error: unknown) => exchange.fail(error));
  });
  // whoever sends slowly holds no connection for long
  return Object.assign(server, { requestTimeout: 15_000, headersTimeout: 5_000, maxConnections: 512 });
}

interface Call {
  readonly tickets: Tickets;
  readonly limit: Limit;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One request and its response. */
class Exchange {
  readonly #here: Surroundings;
  readonly #call: Call;
  readonly #path: string;
  readonly #query: string;
  readonly #language: Language;

  constructor(here: Surroundings, call: Call) {
    this.#here = here;
    this.#call = call;
    const [path = "", ...query] = (call.request.url ?? "").split("?");
    this.#path = path;
    this.#query = query.join("?");
    const chosen = new URLSearchParams(this.#query).get("lang");
    this.#language = languageOf(call.request.headers["accept-language"], chosen);
  }

  async answer(): Promise<void> {
    const { method = "" } = this.#call.request;
    const allowed = methods.get(this.#path);
    if (!allowed) return this.#refuse("missing");
    if (!allowed.includes(method)) {
      this.#call.response.setHeader("allow", allowed.join(", "));
      return this.#refuse("missing", 405);
    }
    if (this.#path === "/feedback/thanks") return this.#send(200, thanksPage(this.#language, this.#here.rules.next));
    const { rules, secrets, now } = this.#here;
    const verdict = judgeLink(this.#query, { ...rules, secrets: secrets() }, now());
    if ("refused" in verdict) return this.#refuse(verdict.refused === "expired" ? "expired" : "forged");
    if (method !== "POST") {
      this.#here.metrics.count("feedback_pages_total");
      return this.#form(200);
    }
    const wait = this.#call.limit.wait(this.#caller(), now());
    if (wait > 0) {
      this.#call.response.setHeader("retry-after", String(wait));
      return this.#refuse("often");
    }
    const body = await readBody(this.#call.request);
    if (body === "large") return this.#refuse("large");
    if (body === "no form") return this.#refuse("missing", 415);
    const sent = readForm(body);
    const problem = problemIn(sent, rules);
    if (problem) return this.#form(422, { problem, ...sent });
    const query = signedPart(this.#query);
    const ticket = fromElsewhere(this.#call.request)
      ? "wrong"
      : this.#call.tickets.take(body.get("ticket") ?? "", query, now());
    if (ticket === "wrong") return this.#form(422, { problem: "ticket", ...sent });
    if (ticket === "good") {
      const answer = answerOf(sent, verdict.link, { language: this.#language, now: now(), rules });
      await this.#here.store.add(answer);
      this.#here.metrics.count("feedback_answers_total", { rating: sent.rating, language: this.#language });
    }
    // so that loading the page anew sends nothing
    this.#call.response.setHeader("location", `/feedback/thanks?lang=${this.#language}`);
    this.#send(303, "");
  }

  /** What an operator reads has no word of the answer. */
  fail(error: unknown): void {
    const { request, response } = this.#call;
    // who went away in the middle is told nothing, and is no fault of ours
    if (request.destroyed && !request.complete) return;
    this.#here.metrics.count("feedback_failures_total");
    this.#here.say({ event: "error", message: error instanceof Error ? error.message : String(error) });
    if (response.headersSent) response.destroy();
    else this.#refuse("broken");
  }

  #form(status: number, again?: Sent & { readonly problem: "rating" | "comment" | "ticket" }): void {
    const { rules, now, metrics } = this.#here;
    if (again) metrics.count("feedback_refused_total", { reason: again.problem });
    const ticket = this.#call.tickets.issue(signedPart(this.#query), now());
    const { commentCharacters } = rules;
    const facts = { language: this.#language, query: this.#query, commentCharacters, ticket };
    this.#send(status, formPage({ ...facts, ...(again ? { again } : {}) }));
  }

  #refuse(failure: Failure, status: number = failureStatus[failure]): void {
    this.#here.metrics.count("feedback_refused_total", { reason: failure });
    if (failure === "large") {
      // what is left of the body is thrown away until the answer has gone out, and not waited for
      this.#call.response.setHeader("connection", "close");
      this.#call.request.resume();
    }
    this.#send(status, failurePage(this.#language, failure));
  }

  #send(status: number, html: string): void {
    const { request, response } = this.#call;
    const headers = {
      ...{ "content-type": "text/html; charset=utf-8", "content-language": this.#language, vary: "accept-language" },
      ...{ "cache-control": "no-store", "content-security-policy": contentPolicy, "x-content-type-options": "nosniff" },
      // the link is signed: it is told to nobody else
      ...{ "referrer-policy": "same-origin", "content-length": Buffer.byteLength(html) },
    };
    response.writeHead(status, headers);
    response.end(request.method === "HEAD" ? undefined : html);
  }

  #caller(): string {
    const { headers, socket } = this.#call.request;
    const forwarded = String(headers["x-forwarded-for"] ?? "")
      .split(",")
      .at(-1)
      ?.trim();
    return (this.#here.rules.behindProxy && forwarded) || (socket.remoteAddress ?? "");
  }
}
