import { client, type StackStatus } from "../../local/daemon/client.ts";
import { place } from "../../local/place.ts";
import { table } from "../table.ts";
import { askForPods, describePods, type Pods } from "./pods-table.ts";

/** Shows how the stack is. Exit code 1 unless everything is well. */
export async function status({ json }: { json?: boolean }): Promise<void> {
  const here = place();
  const now = await (await client(here)).status();
  const pods = now.state === "running" ? await askForPods(here) : { rows: [] };
  const { rows, unknown } = pods;
  const all = { ...now, pods: rows, ...(unknown === undefined ? {} : { podsUnknown: unknown }) };
  process.stdout.write(json ? `${JSON.stringify(all)}\n` : `${describe(now, pods)}\n`);
  if (!isWell(now)) process.exitCode = 1;
}

/** A service that is ready and has a reason all the same, such as a log it cannot write, is not well. */
export function isWell({ state, problems, services, hosts, network }: StackStatus): boolean {
  return (
    state === "running" &&
    problems.length === 0 &&
    services.every((service) => service.state === "ready" && service.reason === undefined) &&
    hosts.every((host) => host.state !== "failed") &&
    (network?.failures ?? []).length === 0
  );
}

/** What is wrong with the whole, then services, hosts, pods, and what the network does not play, as text. */
export function describe(now: StackStatus, pods: Pods = { rows: [] }): string {
  const { state, step, error, problems, services, hosts, network } = now;
  const head = `The local stack is ${state}${state === "starting" ? `: ${step}` : ""}${error ? `: ${error}` : ""}`;
  const wrong = [...problems, ...(network?.failures ?? []).map((failure) => `network: ${failure}`)];
  const rows = services.map((service) => [
    service.name,
    service.state,
    service.kind,
    String(service.restarts),
    service.since.slice(0, 19),
    service.reason ?? "",
  ]);
  return [
    head,
    ...list("What is wrong:", wrong),
    table(["SERVICE", "STATE", "KIND", "RESTARTS", "SINCE", "REASON"], rows),
    ...(hosts.length > 0 ? [hostTable(hosts)] : []),
    ...describePods(pods),
    ...list("What the cloud holds and the local network does not play:", network?.notes ?? []),
  ].join("\n\n");
}

function hostTable(hosts: StackStatus["hosts"]): string {
  const rows = hosts.map((host) => [host.name, host.state, host.step, host.addresses.join(" "), host.reason ?? ""]);
  return table(["HOST", "STATE", "STEP", "ADDRESSES", "REASON"], rows);
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[title, ...lines.map((line) => `  ${line}`)].join("\n")];
}
