import { mkdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { createInterface } from "node:readline";

/** Where the services of the cloud tell, line by line, that something changed: `<kind> <anything>`, for example `nova <server id>`. */
export const changesSocket = "/run/estate/changes.sock";

/** Told after each change of its kind; `detail` is the rest of the line. What changed is then asked from the API. */
export type OnChange = (detail: string) => void;

/** Lines that the cloud's services send when something changed. They only save waiting: nothing may depend on every line arriving. */
export interface Changes {
  /** Calls `told` for each line of that kind, until the returned function is called. */
  subscribe(kind: string, told: OnChange): () => void;
  close(): Promise<void>;
}

const listeners = new Map<string, Promise<Changes>>();

/** The one listener of this process on `socket`: the first caller opens it, others share it. */
export function changes(socket: string = changesSocket): Promise<Changes> {
  const known = listeners.get(socket);
  if (known) return known;
  const opened = open(socket);
  listeners.set(socket, opened);
  return opened;
}

/** The kind and the rest of a line; nothing for an empty one. */
export function parseChange(line: string): { readonly kind: string; readonly detail: string } | undefined {
  const found = /^\s*([a-z][a-z0-9-]*)(?:[\s:]+(.*))?$/.exec(line);
  return found?.[1] ? { kind: found[1], detail: (found[2] ?? "").trim() } : undefined;
}

async function open(socket: string): Promise<Changes> {
  const told = new Map<string, Set<OnChange>>();
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    createInterface({ input: connection, crlfDelay: Number.POSITIVE_INFINITY })
      .on("line", (line) => {
        const change = parseChange(line);
        for (const one of (change && told.get(change.kind)) ?? []) one(change?.detail ?? "");
      })
      .on("error", () => undefined);
  });
  await mkdir(dirname(socket), { recursive: true });
  await rm(socket, { force: true });
  await listen(server, socket);
  return {
    subscribe(kind, one) {
      const all = told.get(kind) ?? new Set();
      told.set(kind, all.add(one));
      return () => void all.delete(one);
    },
    async close() {
      listeners.delete(socket);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, () => resolve());
  });
}
