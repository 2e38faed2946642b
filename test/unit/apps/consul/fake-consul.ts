import type { IncomingMessage } from "node:http";
import { bodyOf, type Listening, listen } from "../../registrator/fakes.ts";
import { FakeAcl } from "./fake-acl.ts";
import { FakeCatalogue, type FakeCheck, Refused } from "./fake-catalogue.ts";

import type { Allowed } from "./fake-rules.ts";

export type { FakeCheck };

/** A server with Consul's HTTP API as it is documented: catalogue, health, ACLs, blocking queries, consistency. */
export interface FakeConsul extends Listening {
  readonly acl: FakeAcl;
  readonly catalogue: FakeCatalogue;
  /** Whether a server leads. Without, only stale reads are answered. */
  led: boolean;
  /** Its store of keys and values. */
  readonly kv: Map<string, string>;
  /** Each request: method and path. */
  readonly asked: string[];
}

/**
 * @param management the token with every right
 * @source Consul's documentation of its HTTP API: catalog, health, acl, features/blocking, features/consistency, api-structure
 */
export async function fakeConsul(management: string): Promise<FakeConsul> {
  const acl = new FakeAcl(management);
  const catalogue = new FakeCatalogue();
  const server = await listen(async (request, response) => {
    const url = new URL(request.url ?? "", "http://consul");
    const { pathname: path, searchParams: query } = url;
    fake.asked.push(`${request.method} ${path}${url.search}`);
    const stale = query.has("stale");
    const say = (status: number, body: string) => response.writeHead(status).end(body);
    if (!fake.led && !stale) return void say(500, "No cluster leader");
    try {
      const allowed = acl.of(tokenOf(request));
      if (request.method !== "GET") {
        const text = await bodyOf(request);
        return void say(200, JSON.stringify(write(allowed, request.method ?? "", path, text)));
      }
      if (path.startsWith("/v1/kv/")) return void say(200, storedAt(allowed, keyOf(path)));
      const index = Number(query.get("index") ?? 0);
      if (index > 0) await catalogue.changedSince(index, secondsOf(query.get("wait") ?? "5m"));
      const { body, filtered } = path.startsWith("/v1/acl/")
        ? { body: acl.read(allowed, path), filtered: false }
        : catalogue.read(allowed, path);
      response.setHeader("X-Consul-Index", catalogue.index);
      response.setHeader("X-Consul-KnownLeader", String(fake.led));
      response.setHeader("X-Consul-LastContact", fake.led ? 0 : 30_000);
      response.setHeader("X-Consul-Effective-Consistency", stale ? "stale" : "leader");
      // only there where something was left out
      if (filtered) response.setHeader("X-Consul-Results-Filtered-By-ACLs", "true");
      say(200, JSON.stringify(body));
    } catch (error) {
      say(error instanceof Refused ? error.status : 500, (error as Error).message);
    }
  });
  const fake = Object.assign(server, {
    ...{ acl, catalogue, led: true },
    ...{ kv: new Map<string, string>(), asked: [] as string[] },
  });
  const write = (allowed: Allowed, method: string, path: string, text: string): unknown => {
    if (path.startsWith("/v1/acl/")) return acl.write(allowed, method, path, text);
    if (!path.startsWith("/v1/kv/")) return catalogue.write(allowed, path, text);
    needKey(allowed, keyOf(path), "write");
    fake.kv.set(keyOf(path), text);
    return true;
  };
  /** With `?raw`, which is all that is asked for. */
  const storedAt = (allowed: Allowed, key: string): string => {
    needKey(allowed, key, "read");
    const value = fake.kv.get(key);
    // without a word
    if (value === undefined) throw new Refused(404, "");
    return value;
  };
  return fake;
}

function keyOf(path: string): string {
  return path.slice("/v1/kv/".length);
}

function needKey(allowed: Allowed, key: string, right: "read" | "write"): void {
  if (!allowed.may("key", key, right))
    throw new Refused(403, `Permission denied: token lacks permission 'key:${right}' on "${key}"`);
}

function tokenOf({ headers }: IncomingMessage): string {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return String(headers["x-consul-token"] ?? bearer ?? "");
}

function secondsOf(wait: string): number {
  const [, number, unit] = /^(\d+)(m?s|m)$/.exec(wait) ?? [];
  return Number(number) * { ms: 0.001, s: 1, m: 60 }[unit as "ms" | "s" | "m"];
}
