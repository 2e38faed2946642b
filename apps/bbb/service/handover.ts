import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";

/**
 * The HTTP server: `/metrics` is what the host said last of its recordings, and nothing of them where it has said nothing yet: who asks how
 * many wait must not take that for none.
 *
 * @param said a folder that the host writes `metrics` in
 */
export function handoverServer(said: string): Server {
  return createServer((request, response) => {
    const say = (status: number, text: string) => {
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    };
    if (request.method !== "GET") return say(405, "only GET\n");
    if (request.url !== "/metrics") return say(404, "there is /metrics\n");
    const text = lastSaid(said);
    const gauge = "bbb_recordings_told";
    say(
      200,
      `${text}# HELP ${gauge} Whether the host has said what waits.\n# TYPE ${gauge} gauge\n${gauge} ${text ? 1 : 0}\n`,
    );
  });
}

function lastSaid(said: string): string {
  try {
    return readFileSync(join(said, "metrics"), "utf8");
  } catch {
    return "";
  }
}
