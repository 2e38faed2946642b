import { createServer, type Server } from "node:http";
import type { Answer } from "./answer.ts";
import { same } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import type { Store } from "./store.ts";

export interface PrivateFacts {
  readonly metrics: Metrics;
  readonly store: Store;
  /** Who has it may export. Read anew, so that it can be rotated. */
  readonly token: () => string;
  /** Whether it takes requests; not any more while it ends. */
  readonly open: () => boolean;
}

/** What only the estate sees: health, metrics, and the export, on a port of its own that no ingress leads to. */
export function privateServer({ metrics, store, token, open }: PrivateFacts): Server {
  return createServer((request, response) => {
    const answer = (status: number, type: string, text: string) => {
      response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" });
      response.end(request.method === "HEAD" ? undefined : text);
    };
    const plain = (status: number, text: string) => answer(status, "text/plain", `${text}\n`);
    const [path, query = ""] = (request.url ?? "").split("?");
    if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "only GET");
    if (path === "/health") return open() ? plain(200, "ok") : plain(503, "ending");
    if (path === "/metrics") return answer(200, "text/plain; version=0.0.4", metrics.render());
    if (path !== "/export") return plain(404, "there are /health, /metrics and /export");
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (token() === "" || !same(given, token())) return plain(401, "export needs the token feedback.exportToken");
    const csv = new URLSearchParams(query).get("format") === "csv";
    store.all().then(
      (answers) =>
        csv ? answer(200, "text/csv", renderCsv(answers)) : answer(200, "application/x-ndjson", renderLines(answers)),
      (error: unknown) =>
        plain(503, `the answers cannot be read: ${error instanceof Error ? error.message : String(error)}`),
    );
  });
}

function renderLines(answers: readonly Answer[]): string {
  return answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");
}

const columns = ["hour", "rating", "language", "host", "meeting", "comment"] as const;

/** As RFC 4180 has it. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function renderCsv(answers: readonly Answer[]): string {
  const cell = (value: string | number | undefined) => {
    const text = String(value ?? "");
    return `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  };
  const rows = answers.map((answer) => columns.map((column) => cell(answer[column])).join(","));
  return [columns.join(","), ...rows].map((row) => `${row}\r\n`).join("");
}
