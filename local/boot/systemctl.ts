import { chmod, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import type { Units } from "./units/play.ts";
import type { UnitStatus } from "./units/state.ts";

/** What systemctl prints, and its exit status. */
interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Plays the part of systemd that `systemctl` of a host talks to, on two sockets in `folder`: one for root, one to ask only. */
export async function serveSystemctl(folder: string, units: Units, reboot: () => void): Promise<{ close(): void }> {
  const servers = await Promise.all([
    serve(join(folder, "systemd.sock"), 0o600, (words) => systemctl(words, units, reboot)),
    serve(join(folder, "systemd-status.sock"), 0o666, (words) => ask(words, units)),
  ]);
  return {
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function serve(
  socket: string,
  mode: number,
  act: (words: readonly string[]) => Promise<Answer>,
): Promise<Server> {
  await rm(socket, { force: true });
  const server = createServer(async (request, response) => {
    try {
      const { status, text } = await act((await textOf(request)).split("\n"));
      response.writeHead(status === 0 ? 200 : 400 + status).end(text);
    } catch (error) {
      // also a client that hangs up in the middle of its words
      response.writeHead(401).end(error instanceof Error ? error.message : String(error));
    }
  });
  await new Promise<void>((resolve, reject) => {
    // it stays: a connection that cannot be accepted later is no reason to end
    server.on("error", reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, mode);
  return server;
}

type Verb = (names: readonly string[], units: Units) => Promise<Answer>;

const ok: Answer = { status: 0, text: "" };

/** What happens to each of some units, until one fails. */
const each =
  (act: (name: string, units: Units) => Promise<void>): Verb =>
  async (names, units) => {
    for (const name of names) {
      await act(name, units);
      const now = stateOf(name, units);
      if (now?.state === "failed") return { status: 1, text: `Job for ${name} failed: ${now.reason ?? "see its log"}` };
    }
    return ok;
  };

const restart = each(async (name, units) => {
  await units.stop(name);
  await units.start(name);
});

const verbs: Readonly<Record<string, Verb>> = {
  start: each((name, units) => units.start(name)),
  // one that failed before stays failed, and is stopped all the same
  stop: async (names, units) => {
    for (const name of names) await units.stop(name);
    return ok;
  },
  restart,
  "reload-or-restart": restart,
  "try-restart": restart,
  "daemon-reload": async () => ok,
  "reset-failed": async () => ok,
  "is-active": async (names, units) => {
    const states = names.map((name) => stateOf(name, units)?.state ?? "inactive");
    return { status: states.every((state) => state === "active") ? 0 : 3, text: states.join("\n") };
  },
  "is-failed": async (names, units) => {
    const states = names.map((name) => stateOf(name, units)?.state ?? "inactive");
    return { status: states.includes("failed") ? 0 : 1, text: states.join("\n") };
  },
  "is-system-running": async (_, units) => {
    const states = units.status().map(({ state }) => state);
    const worst = states.includes("failed") ? "degraded" : states.includes("activating") ? "starting" : "running";
    return { status: worst === "running" ? 0 : 1, text: worst };
  },
  status: async (names, units) => {
    const shown = units.status().filter(({ name }) => names.length === 0 || names.includes(name));
    const lines = shown.map(({ name, state, reason }) => `${name}: ${state}${reason ? ` (${reason})` : ""}`);
    const well = shown.length > 0 && shown.every(({ state }) => state === "active");
    return { status: names.length === 0 || well ? 0 : 3, text: lines.join("\n") };
  },
};
// what a unit shows is all there is to list
const listing: Verb = async (_, units) => (await verbs.status?.([], units)) ?? ok;

/** Answers `systemctl WORDS...`; the first word is the name it was called by, which may be `reboot`. */
async function systemctl(words: readonly string[], units: Units, reboot: () => void): Promise<Answer> {
  const [program = "", ...rest] = words;
  const [verb = "list-units", ...names] = rest.filter((word) => !word.startsWith("-"));
  if (program === "reboot" || verb === "reboot") {
    setImmediate(reboot);
    return ok;
  }
  if (verb === "list-units") return listing([], units);
  const act = program === "systemctl" ? verbs[verb] : undefined;
  if (!act) return { status: 1, text: `the local stack does not play '${[program, ...rest].join(" ")}'` };
  return act(names.map(withKind), units);
}

const questions = ["is-active", "is-failed", "is-system-running", "status", "list-units"];

async function ask(words: readonly string[], units: Units): Promise<Answer> {
  const verb = words.slice(1).find((word) => !word.startsWith("-")) ?? "list-units";
  if (words[0] === "systemctl" && questions.includes(verb)) return systemctl(words, units, () => undefined);
  return { status: 1, text: `only root may '${words.join(" ")}'` };
}

function withKind(name: string): string {
  return /\.(service|mount|target|timer)$/.test(name) ? name : `${name}.service`;
}

function stateOf(name: string, units: Units): UnitStatus | undefined {
  return units.status().find((one) => one.name === name);
}
