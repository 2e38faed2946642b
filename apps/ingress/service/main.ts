import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Keeper } from "./keeper.ts";
import { ApiSecrets } from "./secrets.ts";
import { readSettings } from "./settings.ts";

const {
  INGRESS_SETTINGS: settings,
  INGRESS_STATE: state,
  INGRESS_API: api,
  INGRESS_NAMESPACE: namespace,
} = process.env;
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
if (!settings || !state || !api || !namespace || !host || !port)
  throw new Error(
    "INGRESS_SETTINGS (a file), INGRESS_STATE and INGRESS_API (folders), INGRESS_NAMESPACE, KUBERNETES_SERVICE_HOST and _PORT must be set",
  );

const tell = (line: Readonly<Record<string, string>>) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`);
};
const url = `https://${host}:${port}/api/v1/namespaces/${namespace}/secrets`;
const secrets = new ApiSecrets({ url, token: () => readFileSync(`${api}/token`, "utf8").trim() });
const keeper = new Keeper(readSettings(settings), state, secrets, tell);

const stopped = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stopped.abort());

/** Until it is stopped; what fails is told and tried again. */
for (let restored = false; !stopped.signal.aborted; ) {
  try {
    if (!restored) await keeper.restore();
    restored = true;
    await keeper.look();
  } catch (error) {
    tell({ message: "failed", error: error instanceof Error ? error.message : String(error) });
  }
  await sleep(20_000, undefined, { signal: stopped.signal }).catch(() => undefined);
}
