import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { feedbackMetrics } from "./metrics.ts";
import { privateServer } from "./private.ts";
import { type PublicRules, publicServer } from "./public.ts";
import { LogStore } from "./store.ts";

/** How it is started: the manifest sets all of it. */
interface Environment {
  readonly settings: PublicRules;
  readonly secrets: string;
  readonly ports: { readonly public: number; readonly private: number };
  /** Where it listens. @default every address of the pod */
  readonly address: string | undefined;
}

function readEnvironment(): Environment {
  const { FEEDBACK_SETTINGS: settings, FEEDBACK_SECRETS: secrets, FEEDBACK_ADDRESS: address } = process.env;
  if (!settings || !secrets) throw new Error("FEEDBACK_SETTINGS (a file) and FEEDBACK_SECRETS (a folder) must be set");
  const port = (name: string) => {
    const number = Number(process.env[name]);
    if (!Number.isInteger(number) || number < 0 || number > 65_535) throw new Error(`${name} must be a port`);
    return number;
  };
  const ports = { public: port("FEEDBACK_PORT"), private: port("FEEDBACK_PRIVATE_PORT") };
  return { settings: JSON.parse(readFileSync(settings, "utf8")) as PublicRules, secrets, ports, address };
}

const say = (line: Readonly<Record<string, unknown>>) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const { settings, secrets, ports, address } = readEnvironment();

/** A secret as it is now: Kubernetes replaces the file when it changes. Two lines are two that are good while it is rotated. */
function secretLines(name: string): string[] {
  return readFileSync(join(secrets, name), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

if (secretLines("linkSecret").length === 0) throw new Error(`${secrets}/linkSecret is empty`);

let open = true;
const metrics = feedbackMetrics();
const store = new LogStore(
  (line) =>
    new Promise((resolve, reject) => process.stdout.write(line, (error) => (error ? reject(error) : resolve()))),
);
const shown = publicServer({
  ...{ rules: settings, store, metrics, say },
  now: Date.now,
  secrets: () => secretLines("linkSecret"),
});
const hidden = privateServer({
  ...{ metrics, store },
  token: () => secretLines("exportToken")[0] ?? "",
  open: () => open,
});

const listen = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => resolve((server.address() as { port: number }).port));
  });

say({
  event: "started",
  port: await listen(shown, ports.public),
  privatePort: await listen(hidden, ports.private),
});

// first no new requests are led here, then what is under way is finished
process.once("SIGTERM", () => {
  open = false;
  setTimeout(
    () => {
      shown.close(() => hidden.close(() => say({ event: "ended" })));
      shown.closeIdleConnections();
      hidden.closeIdleConnections();
    },
    Number(process.env.FEEDBACK_LINGER_MS ?? 5000),
  );
});
