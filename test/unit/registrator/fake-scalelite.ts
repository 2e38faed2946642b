import { randomUUID } from "node:crypto";
import { signedQuery } from "../../../apps/registrator/service/checksum.ts";
import { bodyOf, failed, isSigned, type Listening, listen } from "./fakes.ts";

interface Entry {
  id: string;
  url: string;
  secret: string;
  state: "enabled" | "cordoned" | "disabled";
  load: number | undefined;
  multiplier: number;
  online: boolean;
  tag: string;
  failures: number;
}

/** Scalelite's API of servers and its poller, as its source has them (v1.8): states, refusals with HTTP 200, and traps. */
export interface FakeScalelite extends Listening {
  readonly secret: string;
  readonly entries: Map<string, Entry>;
  /** Meetings in its data base: the server's id by the meeting's. */
  readonly meetings: Map<string, string>;
  /** `action url` of each change. */
  readonly log: string[];
  /** What its poller does every POLL_INTERVAL. */
  poll(): Promise<void>;
  entryOf(url: string): Entry | undefined;
}

/** How it is set. */
export interface ScaleliteSettings {
  readonly secret?: string;
  /** URL_HOST: it answers to no other name. @default to any */
  readonly host?: string;
  /** SERVER_ID_IS_HOSTNAME. @default false */
  readonly idIsHostname?: boolean;
  /** SERVER_UNHEALTHY_THRESHOLD. @default 2 */
  readonly unhealthyThreshold?: number;
}

export async function fakeScalelite(settings: ScaleliteSettings = {}): Promise<FakeScalelite> {
  const { secret = "the-secret-of-scalelite", host, idIsHostname = false, unhealthyThreshold = 2 } = settings;
  const entries = new Map<string, Entry>();
  const meetings = new Map<string, string>();
  const log: string[] = [];
  const server = await listen(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "http://scalelite");
    const [, call = ""] = /^\/scalelite\/api\/(\w+)$/.exec(pathname) ?? [];
    const body = await bodyOf(request);
    const send = (status: number, json: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(json));
    };
    if (host !== undefined && request.headers.host !== host) {
      response.setHeader("content-type", "application/xml");
      return response.end(failed("hostError", "This host is not one of the hosts that are answered"));
    }
    if (!isSigned(call, search, secret)) {
      // a wrong checksum is told so, with HTTP 200
      response.setHeader("content-type", "application/xml");
      return response.end(failed("checksumError", "You did not pass the checksum security check"));
    }
    const json = body ? JSON.parse(body) : {};
    const { id } = json;
    if (call === "getServers" && request.method === "GET")
      return entries.size === 0
        ? send(404, { error: "No servers are configured" })
        : send(200, [...entries.values()].map(told));
    if (call === "addServer" && request.method === "POST") {
      const { url, secret: of, load_multiplier: multiplier = 1, tag = "" } = json.server ?? {};
      const id = idIsHostname ? new URL(url).hostname : randomUUID();
      // nothing rescues it: the error is Rails' own
      if (entries.has(id)) return send(500, { status: 500, error: "Internal Server Error" });
      const entry = { id, url, secret: of, state: "disabled" as const, load: undefined, multiplier, tag };
      entries.set(entry.id, { ...entry, online: false, failures: 0 });
      log.push(`add ${url}`);
      return send(201, told(entries.get(entry.id) as Entry));
    }
    const entry = entries.get(id);
    if (!entry) return send(404, { error: `Couldn't find server with id=${id}` });
    if (call === "updateServer") {
      const { state, secret: of, load_multiplier: multiplier, tag } = json.server;
      const after = { enable: "enabled", cordon: "cordoned", disable: "disabled" }[state as "enable"] as Entry["state"];
      if (state && !after) return send(400, { error: `Invalid state parameter: ${state}` });
      Object.assign(
        entry,
        state && { state: after },
        of && { secret: of },
        multiplier && { multiplier },
        tag !== undefined && { tag },
      );
      log.push(`${state ?? "update"} ${entry.url}`);
      return send(200, told(entry));
    }
    if (call === "deleteServer") {
      entries.delete(id);
      log.push(`delete ${entry.url}${[...meetings.values()].includes(id) ? " WITH MEETINGS" : ""}`);
      return send(200, { success: `Server id=${id} was destroyed` });
    }
    if (call === "panicServer") {
      for (const [meeting, on] of meetings) {
        if (on !== id) continue;
        meetings.delete(meeting);
        // nothing is rescued: with a server that is dead it ends here, one meeting less
        if (!(await asked(entry, "end", { meetingID: meeting })))
          return send(400, { error: `Couldn't disable server id=${id}` });
      }
      // any text, "false" too, keeps the state
      if (!json.keep_state) entry.state = "disabled";
      log.push(`panic ${entry.url}`);
      return send(200, { success: `Server id=${id} has been disabled and the meetings have been destroyed` });
    }
    return send(404, { error: "unsupportedRequest" });
  });
  return {
    ...{ ...server, secret, entries, meetings, log },
    entryOf: (url) => [...entries.values()].find((entry) => entry.url === url),
    poll: async () => {
      for (const entry of entries.values()) {
        const answer = await asked(entry, "getMeetings", {});
        if (answer === undefined) {
          entry.failures += 1;
          if (entry.failures < unhealthyThreshold || !entry.online) continue;
          for (const [meeting, on] of meetings) if (on === entry.id) meetings.delete(meeting);
          Object.assign(entry, { online: false, load: undefined });
          continue;
        }
        const people = [...answer.matchAll(/<participantCount>(\d+)</g)].reduce(
          (sum, [, count]) => sum + Number(count),
          0,
        );
        const running = [...answer.matchAll(/<meetingID>([^<]+)</g)].map(([, meeting]) => meeting);
        Object.assign(entry, { failures: 0, online: true, load: people * entry.multiplier });
        if (entry.state === "cordoned" && people === 0) entry.state = "disabled";
        for (const [meeting, on] of meetings)
          if (on === entry.id && !running.includes(meeting)) meetings.delete(meeting);
      }
    },
  };
}

async function asked(
  { url, secret }: Entry,
  call: string,
  parameters: Record<string, string>,
): Promise<string | undefined> {
  const query = signedQuery(call, parameters, secret, "sha256");
  const answer = await fetch(`${url}/${call}?${query}`, { signal: AbortSignal.timeout(300) }).catch(() => undefined);
  const text = await answer?.text().catch(() => undefined);
  return text?.includes("<returncode>SUCCESS</returncode>") ? text : undefined;
}

function told({ id, url, secret, state, load, multiplier, online, tag }: Entry) {
  const loadText = state === "disabled" || load === undefined ? "unavailable" : load;
  const words = {
    load: loadText,
    load_multiplier: String(multiplier.toFixed(1)),
    online: online ? "online" : "offline",
  };
  return { id, url, secret, tag: tag || null, bbb_version: null, state, ...words };
}
