import { z } from "zod";
import { type Answer, ask } from "./ask.ts";
import { type Algorithm, signedQuery } from "./checksum.ts";

/** `cordoned`: no new meetings, but people still join those that are there; with load 0 the poller makes it `disabled`. */
export const states = ["enabled", "cordoned", "disabled"] as const;

/** A number, or a word in its place; Scalelite writes decimals as text. */
const decimal = z.union([z.number(), z.string()]).transform((value) => Number(value));

/** A server as Scalelite's API tells it. Its secret is in there as well: none of it belongs in a log. */
const Server = z.object({
  id: z.string(),
  url: z.string(),
  secret: z.string(),
  state: z.enum(states),
  /** Nothing until it was polled, and while it is disabled. */
  load: decimal.transform((load) => (Number.isNaN(load) ? undefined : load)),
  load_multiplier: decimal,
  online: z.enum(["online", "offline"]).transform((word) => word === "online"),
  /** Releases before 1.6 have none. */
  tag: z.string().nullish(),
});

export type ScaleliteServer = z.output<typeof Server>;

export interface NewServer {
  readonly url: string;
  readonly secret: string;
  readonly multiplier: number;
  readonly tag?: string;
}

export interface Change {
  readonly state?: "enable" | "cordon" | "disable";
  readonly multiplier?: number;
  readonly secret?: string;
  /** Empty for none. */
  readonly tag?: string;
}

/** Scalelite's API of servers. Every call throws when it does not do what it is asked for. */
export interface Scalelite {
  servers(): Promise<readonly ScaleliteServer[]>;
  /** It is added disabled. */
  add(server: NewServer): Promise<void>;
  change(id: string, change: Change): Promise<void>;
  /** Takes it out. Whoever calls it has made sure that no meeting runs there: Scalelite does not look. */
  remove(id: string): Promise<void>;
  /** Ends its meetings, as far as they can be ended, and disables it. */
  panic(id: string): Promise<void>;
}

export interface ScaleliteAddress {
  /** Such as `http://scalelite-nginx:8080`; `/scalelite/api/` is added. */
  readonly url: string;
  /** LOADBALANCER_SECRET, the one for administration. */
  readonly secret: string;
  readonly algorithm: Algorithm;
}

/** Milliseconds for a call. */
const timeout = 15_000;
/** Milliseconds for a panic, which ends each meeting before it answers. */
const panicTimeout = 60_000;
/** How often a panic is asked for in a row. */
const panics = 10;

export function connectScalelite({ url, secret, algorithm }: ScaleliteAddress): Scalelite {
  const call = async (name: string, json?: object, within = timeout) => {
    const target = new URL(`scalelite/api/${name}`, url.endsWith("/") ? url : `${url}/`);
    // what is posted is not part of the checksum
    target.search = signedQuery(name, {}, secret, algorithm);
    const answer = await ask(target, { timeout: within, ...(json ? { json } : {}) });
    return { ...answer, json: jsonOf(name, answer) };
  };
  const done = async (name: string, json: object, within?: number) => {
    const { status, json: said } = await call(name, json, within);
    if (status >= 300) throw new Error(`Scalelite refused ${name}: HTTP ${status}, ${errorIn(said)}`);
  };
  return {
    servers: async () => {
      const { status, json } = await call("getServers");
      // so it tells an empty pool; any other 404 is an API that is not there
      if (status === 404 && errorIn(json) === "No servers are configured") return [];
      if (status !== 200) throw new Error(`Scalelite did not list its servers: HTTP ${status}, ${errorIn(json)}`);
      const servers = z.array(Server).safeParse(json);
      if (servers.success) return servers.data;
      const where = servers.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
      throw new Error(`Scalelite lists its servers in a form that is not known: ${where}`);
    },
    add: ({ url, secret, multiplier, tag }) =>
      done("addServer", { server: { url, secret, load_multiplier: multiplier, ...(tag ? { tag } : {}) } }),
    change: (id, { state, multiplier, secret, tag }) =>
      done("updateServer", {
        id,
        server: {
          ...(state === undefined ? {} : { state }),
          ...(multiplier === undefined ? {} : { load_multiplier: multiplier }),
          ...(secret === undefined ? {} : { secret }),
          ...(tag === undefined ? {} : { tag }),
        },
      }),
    remove: (id) => done("deleteServer", { id }),
    panic: async (id) => {
      // keep_state is left out: any text there, "false" too, keeps the server enabled. With a server that is dead, each call
      // clears one meeting from the data base and then fails, because it cannot be told; so it is called until none is left.
      for (let attempt = 1; ; attempt += 1) {
        const error = await done("panicServer", { id }, panicTimeout).catch((error: Error) => error);
        if (!error) return;
        if (attempt === panics) throw error;
      }
    },
  };
}

/** @throws Error for what is no JSON: wrong checksums and hosts are told as XML, with HTTP 200 */
function jsonOf(call: string, { status, body }: Answer): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const key = /<messageKey>(?:<!\[CDATA\[)?\s*(\w+)/.exec(body)?.[1];
    const message = /<message>(?:<!\[CDATA\[)?\s*([^<\]]+)/.exec(body)?.[1];
    const why = key ? `${message ?? "no message"} (${key})` : "no JSON";
    throw new Error(`Scalelite did not answer ${call}: HTTP ${status}, ${why}`);
  }
}

function errorIn(json: unknown): string {
  const { error } = (json ?? {}) as { readonly error?: unknown };
  return typeof error === "string" ? error : "without a reason";
}
