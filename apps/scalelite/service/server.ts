import { createServer, type Server } from "node:http";
import { lookAt, metricsOf } from "./spool.ts";

/**
 * The HTTP server: `/metrics` looks at the store each time it is asked, `/health` at nothing. A store that cannot be read is told by 503,
 * which Prometheus takes for a target that is down.
 */
export function spoolServer(store: string): Server {
  return createServer((request, response) => {
    const say = (status: number, text: string) => {
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    };
    if (request.method !== "GET") return say(405, "only GET\n");
    if (request.url === "/health") return say(200, "ok\n");
    if (request.url !== "/metrics") return say(404, "there are /metrics and /health\n");
    try {
      say(200, metricsOf(lookAt(store)));
    } catch (error) {
      say(503, `the store cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  });
}
