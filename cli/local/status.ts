import { client, type StackStatus } from "../../local/daemon/client.ts";
import { place } from "../../local/place.ts";
import { table } from "../table.ts";

/** Shows how the stack is. Exit code 1 unless everything is well. */
export async function status({ json }: { json?: boolean }): Promise<void> {
  const now = await (await client(place())).status();
  process.stdout.write(json ? `${JSON.stringify(now)}\n` : `${describe(now)}\n`);
  if (!isWell(now)) process.exitCode = 1;
}

export function isWell({ state, services, hosts }: StackStatus): boolean {
  return (
    state === "running" &&
    services.every((service) => service.state === "ready") &&
    hosts.every((host) => host.state !== "failed")
  );
}

/** Services, then hosts, as text. */
export function describe({ state, step, error, services, hosts }: StackStatus): string {
  const head = `The local stack is ${state}${state === "starting" ? `: ${step}` : ""}${error ? `: ${error}` : ""}`;
  const shown = services.map((service) => [
    service.name,
    service.state,
    service.kind,
    String(service.restarts),
    service.since.slice(0, 19),
    service.reason ?? "",
  ]);
  const parts = [head, table(["SERVICE", "STATE", "KIND", "RESTARTS", "SINCE", "REASON"], shown)];
  if (hosts.length > 0) {
    const rows = hosts.map((host) => [host.name, host.state, host.step, host.addresses.join(" "), host.reason ?? ""]);
    parts.push(table(["HOST", "STATE", "STEP", "ADDRESSES", "REASON"], rows));
  }
  return parts.join("\n\n");
}
