import type { Server } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf } from "../../../../apps/feedback/service/link.ts";
import { feedbackMetrics } from "../../../../apps/feedback/service/metrics.ts";
import { privateServer } from "../../../../apps/feedback/service/private.ts";
import { type PublicRules, publicServer } from "../../../../apps/feedback/service/public.ts";
import { LogStore } from "../../../../apps/feedback/service/store.ts";

const rules: PublicRules = {
  ...{ commentCharacters: 200, keepMeetings: false, algorithms: ["sha256"], hosts: ["bbb-01"], behindProxy: true },
  ...{ limit: { perCaller: 5, inAll: 50 }, next: "https://portal.example.org/?a=1&b=2" },
};

let servers: Server[] = [];
let lines: string[] = [];
let said: Readonly<Record<string, unknown>>[] = [];
let now = 0;
let secrets: string[] = [];
let open = true;
let full = false;
let page = "";
let hidden = "";

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

beforeEach(async () => {
  [servers, lines, said, secrets, open, full] = [[], [], [], ["s3cret"], true, false];
  now = Date.UTC(2026, 10, 22, 12);
  const metrics = feedbackMetrics();
  const store = new LogStore(async (line) => {
    if (full) throw new Error("no space");
    lines.push(line);
  });
  const surroundings = {
    ...{ rules, store, metrics },
    secrets: () => secrets,
    now: () => now,
    say: (line: object) => void said.push({ ...line }),
  };
  page = await listen(publicServer(surroundings));
  hidden = await listen(privateServer({ ...{ metrics, store }, token: () => "tok", open: () => open }));
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const link = (query = "host=bbb-01") => `${page}/feedback?${query}&checksum=${checksumOf(query, "s3cret")}`;
const get = (url: string, language = "en") => fetch(url, { headers: { "accept-language": language } });
const ticketOf = (html: string) => /name="ticket" value="([^"]+)"/.exec(html)?.[1] ?? "";

async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
) {
  return fetch(url, { method: "POST", body: new URLSearchParams(form), redirect: "manual", headers });
}

async function send(form: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) {
  const ticket = ticketOf(await (await get(link())).text());
  return post(link(), { ticket, ...form }, headers);
}

describe("the page", () => {
  it("is a form that needs no script: every control has a name and a label", async () => {
    const response = await get(link());
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).not.toMatch(/<script|\son[a-z]+=|javascript:/i);
    expect(html).toContain('<form method="post" action="/feedback?host=bbb-01&amp;checksum=');
    const ids = [...html.matchAll(/<(?:input type="radio"|textarea)[^>]* id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual(["rating-1", "rating-2", "rating-3", "rating-4", "rating-5", "comment"]);
    for (const id of ids) expect(html).toContain(`<label${id === "comment" ? ' class="text"' : ""} for="${id}">`);
    expect(html).toContain("<fieldset><legend>Your rating</legend>");
  });

  it("speaks the language that is asked for, and changes it by a link", async () => {
    const german = await get(link(), "de-AT,en;q=0.5");
    expect(german.headers.get("content-language")).toBe("de");
    const html = await german.text();
    expect(html).toContain('<html lang="de">');
    expect(html).toContain("Wie war Ihre Besprechung?");
    const other = /<nav><a href="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(await (await get(`${page}${other}`, "de")).text()).toContain("How was your meeting?");
  });

  it("may do nothing but show itself, is kept nowhere, and tells its link to nobody", async () => {
    const { headers } = await get(link());
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("set-cookie")).toBeNull();
  });

  it("is not shown for a forged link, nor for one that is over", async () => {
    const soon = `meetingId=m&expires=${now / 1000 + 60}`;
    expect((await get(link(soon))).status).toBe(200);
    expect((await get(link().replace("bbb-01", "bbb-02"))).status).toBe(403);
    now += 61_000;
    const over = await get(link(soon), "de");
    expect(over.status).toBe(410);
    expect(await over.text()).toContain("Dieser Link ist zu alt.");
  });

  it("stays good for links of the old secret while it is rotated, and no longer", async () => {
    secrets = ["n3w", "s3cret"];
    expect((await get(link())).status).toBe(200);
    secrets = ["n3w"];
    expect((await get(link())).status).toBe(403);
  });
});

describe("an answer", () => {
  it("is kept once, without a name or an address, and leads to the thanks", async () => {
    const headers = { "x-forwarded-for": "198.51.100.7", "user-agent": "a browser" };
    const ticket = ticketOf(await (await get(link())).text());
    for (const _ of ["once", "and by a double click"]) {
      const response = await post(link(), { ticket, rating: "2", comment: "no sound" }, headers);
      expect([response.status, response.headers.get("location")]).toEqual([303, "/feedback/thanks?lang=en"]);
    }
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: "feedback",
        hour: "2026-11-22T12:00:00Z",
        rating: 2,
        language: "en",
        comment: "no sound",
        host: "bbb-01",
      },
    ]);
    const thanks = await (await get(`${page}/feedback/thanks?lang=de`)).text();
    expect(thanks).toContain("Vielen Dank!");
    expect(thanks).toContain('href="https://portal.example.org/?a=1&amp;b=2"');
  });

  it("that is wrong is shown again with what was written, and what is wrong", async () => {
    const response = await send({ comment: '<b>"quoted"</b>' });
    const html = await response.text();
    expect(response.status).toBe(422);
    expect(html).toContain('role="alert">Please choose a rating.');
    expect(html).toContain('<fieldset aria-invalid="true" aria-describedby="problem">');
    expect(html).toContain("&lt;b&gt;&quot;quoted&quot;&lt;/b&gt;</textarea>");
    expect(html).not.toContain("<b>");
    const long = await (await send({ rating: "3", comment: "x".repeat(201) })).text();
    expect(long).toContain("at most 200 characters");
    expect(long).toContain('value="3" required checked');
    expect(lines).toEqual([]);
  });

  it.each([
    ["without a ticket", {}, {}],
    ["of another site, as the browser says", { good: true }, { "sec-fetch-site": "cross-site" }],
    ["of another origin", { good: true }, { origin: "https://evil.example.org" }],
    ["of no origin that could be one", { good: true }, { origin: "null" }],
  ])("is not kept %s, and may be sent once more", async (_, { good = false }: { good?: boolean }, headers) => {
    const ticket = good ? ticketOf(await (await get(link())).text()) : "";
    const response = await post(link(), { ticket, rating: "5" }, headers as Record<string, string>);
    expect(response.status).toBe(422);
    expect(lines).toEqual([]);
    const again = ticketOf(await response.text());
    expect((await post(link(), { ticket: again, rating: "5" })).status).toBe(303);
    expect(lines).toHaveLength(1);
  });

  it("is not kept with a forged link, whatever its ticket", async () => {
    const ticket = ticketOf(await (await get(link())).text());
    expect((await post(link().replace("bbb-01", "bbb-02"), { ticket, rating: "5" })).status).toBe(403);
    expect(lines).toEqual([]);
  });

  it("is not taken too often from one caller; others may", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++)
      statuses.push((await send({ rating: "5" }, { "x-forwarded-for": "10.0.0.1, 198.51.100.7" })).status);
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429]);
    const refused = await send({ rating: "5" }, { "x-forwarded-for": "198.51.100.7" });
    expect(refused.headers.get("retry-after")).toBe("60");
    // who calls is what the nearest proxy says, and nothing that the caller wrote himself
    expect((await send({ rating: "5" }, { "x-forwarded-for": "198.51.100.7, 198.51.100.8" })).status).toBe(303);
  });

  it("is not taken when it is too large or no form, and nothing waits for the rest", async () => {
    expect((await send({ rating: "5", comment: "x".repeat(20_000) })).status).toBe(413);
    expect(
      (await fetch(link(), { method: "POST", body: "{}", headers: { "content-type": "application/json" } })).status,
    ).toBe(415);
    const { hostname, port } = new URL(page);
    const [, path] = link().split(page);
    const head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let text = "";
      socket.on("data", (part) => {
        text += part;
      });
      socket.on("close", () => resolve(text));
      socket.on("error", (error) => (text ? resolve(text) : reject(error)));
      // more than is allowed, and no end
      socket.write(`${head}5000\r\n${"x".repeat(0x5000)}\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(lines).toEqual([]);
  });

  it("that cannot be kept is told, and what was written is in no log", async () => {
    full = true;
    const response = await send({ rating: "1", comment: "about me" });
    expect(response.status).toBe(503);
    expect(said).toEqual([{ event: "error", message: "no space" }]);
  });
});

it("there is nothing else", async () => {
  expect((await get(`${page}/metrics`)).status).toBe(404);
  expect((await get(`${page}/export`)).status).toBe(404);
  expect((await get(`${page}/`)).status).toBe(404);
  const put = await fetch(link(), { method: "PUT", body: "x" });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
});

describe("the estate", () => {
  it("sees health, until the service ends", async () => {
    expect((await get(`${hidden}/health`)).status).toBe(200);
    open = false;
    expect((await get(`${hidden}/health`)).status).toBe(503);
  });

  it("counts pages, answers and refusals", async () => {
    await send({ rating: "5" });
    await send({ rating: "" });
    await get(`${page}/feedback`);
    const text = await (await get(`${hidden}/metrics`)).text();
    for (const line of [
      "feedback_pages_total 2",
      'feedback_answers_total{rating="5",language="en"} 1',
      'feedback_refused_total{reason="rating"} 1',
      'feedback_refused_total{reason="forged"} 1',
    ])
      expect(text.split("\n")).toContain(line);
  });

  it("exports answers to who has the token, in lines or as a table that no spreadsheet runs", async () => {
    await send({ rating: "5", comment: '=HYPERLINK("x")\nand' });
    const read = (query: string, token: string) =>
      fetch(`${hidden}/export${query}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await get(`${hidden}/export`)).status).toBe(401);
    expect((await read("", "tok2")).status).toBe(401);
    expect(JSON.parse(await (await read("", "tok")).text())).toMatchObject({ rating: 5, host: "bbb-01" });
    expect(await (await read("?format=csv", "tok")).text()).toBe(
      'hour,rating,language,host,meeting,comment\r\n"2026-11-22T12:00:00Z","5","en","bbb-01","","\'=HYPERLINK(""x"")\nand"\r\n',
    );
  });
});
