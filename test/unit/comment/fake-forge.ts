import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** An answer that comes instead of the usual one. `drop` does what was asked and then closes the connection without a word. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly drop?: true;
  /** What somebody else does just before. */
  readonly before?: () => void;
}

interface Note {
  readonly id: number;
  body: string;
  readonly author: string;
}

export interface FakeForge {
  readonly url: string;
  /** As they are, the oldest first. */
  readonly notes: Note[];
  /** `GET /path?query`, in the order in which they came. */
  readonly seen: string[];
  /** Says this instead, once each, to the requests that match, in order. */
  refuse(match: RegExp, ...refusals: Refusal[]): void;
  add(author: string, body: string): Note;
  close(): void;
}

export const token = "a-token-that-nobody-may-see";
/** Who writes with the token. */
export const bot = "estate-bot";

interface Shape {
  readonly list: RegExp;
  readonly one: RegExp;
  readonly edit: "PATCH" | "PUT";
  readonly authorized: (request: IncomingMessage) => boolean;
  readonly longest: number;
  readonly item: (note: Note) => object;
  readonly user: (forge: { readonly actions: boolean }) => readonly [number, object];
  readonly pages: (url: URL, page: number, pages: number) => Record<string, string>;
}

const idOf = (author: string) => 100 + author.length;

const shapes: Readonly<Record<"github" | "gitlab", Shape>> = {
  github: {
    list: /^\/repos\/acme\/estate\/issues\/7\/comments$/,
    one: /^\/repos\/acme\/estate\/issues\/comments\/(\d+)$/,
    edit: "PATCH",
    authorized: ({ headers }) => headers.authorization === `Bearer ${token}`,
    longest: 65_536,
    item: ({ id, body, author }) => ({
      ...{ id, body: body.replaceAll("\n", "\r\n"), html_url: `https://github.example/7#${id}` },
      user: { login: author, type: author.endsWith("[bot]") ? "Bot" : "User" },
    }),
    user: ({ actions }) =>
      actions ? [403, { message: "Resource not accessible by integration" }] : [200, { login: bot, type: "User" }],
    pages: (url, page, pages) => {
      const to = (number: number, rel: string) => {
        const next = new URL(url);
        next.searchParams.set("page", String(number));
        return `<${next}>; rel="${rel}"`;
      };
      const links = [...(page > 1 ? [to(page - 1, "prev")] : []), ...(page < pages ? [to(page + 1, "next")] : [])];
      return { link: [...links, to(pages, "last"), to(1, "first")].join(", ") };
    },
  },
  gitlab: {
    list: /^\/projects\/acme%2Festate\/merge_requests\/7\/notes$/,
    one: /^\/projects\/acme%2Festate\/merge_requests\/7\/notes\/(\d+)$/,
    edit: "PUT",
    authorized: ({ headers }) => headers["private-token"] === token,
    longest: 1_000_000,
    item: ({ id, body, author }) => ({
      ...{ id, body: body.trimEnd(), system: author === "system" },
      author: { id: idOf(author), username: author },
    }),
    user: () => [200, { id: idOf(bot), username: bot }],
    pages: (_, page, pages) => ({ "x-page": String(page), "x-next-page": page < pages ? String(page + 1) : "" }),
  },
};

/** A server that behaves like the API of a forge, for the comments of request 7 of acme/estate: pages of 100 at most, limits as told. */
export async function fakeForge(kind: "github" | "gitlab", { actions = false } = {}): Promise<FakeForge> {
  const shape = shapes[kind];
  const notes: Note[] = [];
  const seen: string[] = [];
  const refusals: { readonly match: RegExp; readonly queue: Refusal[] }[] = [];
  let next = 1000;
  const add = (author: string, body: string) => {
    const note = { id: next++, body, author };
    notes.push(note);
    return note;
  };
  const answer = (method: string, url: URL, body: string | undefined): readonly [number, unknown, object?] => {
    if (url.pathname === "/user") return shape.user({ actions });
    if (shape.list.test(url.pathname) && method === "GET") {
      const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 20));
      const page = Number(url.searchParams.get("page") ?? 1);
      const pages = Math.max(1, Math.ceil(notes.length / size));
      const shown = notes.slice((page - 1) * size, page * size).map(shape.item);
      return [200, shown, shape.pages(url, page, pages)];
    }
    if (body !== undefined && body.length > shape.longest) return [422, { message: "Body is too long" }];
    if (shape.list.test(url.pathname) && method === "POST") {
      return [201, shape.item(add(actions ? "github-actions[bot]" : bot, body ?? ""))];
    }
    const note = notes.find(({ id }) => id === Number(shape.one.exec(url.pathname)?.[1]));
    if (!note) return [404, { message: "Not Found" }];
    if (method === "DELETE") {
      notes.splice(notes.indexOf(note), 1);
      return [204, undefined];
    }
    if (method !== shape.edit) return [405, { message: "Method not allowed" }];
    note.body = body ?? "";
    return [200, shape.item(note)];
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", origin());
    const line = `${request.method} ${request.url}`;
    seen.push(line);
    const sent = await text(request);
    const refusal = refusals.find(({ match, queue }) => match.test(line) && queue.length > 0)?.queue.shift();
    refusal?.before?.();
    if (refusal?.drop) {
      answer(request.method ?? "", url, sent ? JSON.parse(sent).body : undefined);
      return void request.socket.destroy();
    }
    const reply = (status: number, body: unknown, headers: object = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", connection: "close", ...headers })
        .end(body === undefined ? "" : JSON.stringify(body));
    if (refusal) return void reply(refusal.status, refusal.body ?? {}, refusal.headers);
    if (!shape.authorized(request)) return void reply(401, { message: "Bad credentials" });
    reply(...answer(request.method ?? "", url, sent ? JSON.parse(sent).body : undefined));
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ url: origin(), notes, seen, add },
    refuse: (match, ...queue) => void refusals.push({ match, queue }),
    close: () => void server.close(),
  };
}
