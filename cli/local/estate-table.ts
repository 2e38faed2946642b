import pRetry from "p-retry";
import { client } from "../../local/daemon/client.ts";
import type { Place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { table } from "../table.ts";
import { inside } from "./enter.ts";

/** One host, as the cloud and the orchestrator see it. */
export interface HostRow {
  readonly name: string;
  readonly role: string;
  readonly addresses: readonly string[];
  /** What the orchestrator says runs on it. */
  readonly version: string;
  readonly health: "up" | "down" | "unknown";
}

interface Node {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status: {
    readonly nodeInfo: { readonly kubeletVersion: string };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * Asks the cloud for the hosts and the orchestrator for its nodes, for up to a minute: after a start of the stack its servers may
 * still be starting, and an update that has nothing to change does not wait for them.
 *
 * @throws Trouble when the orchestrator does not answer by then
 */
export async function describeEstate(here: Place): Promise<readonly HostRow[]> {
  const { hosts } = await (await client(here)).status();
  const nodes = await pRetry(() => nodesOf(here), { retries: 30, factor: 1, minTimeout: 2000 });
  return hosts
    .map((host) =>
      hostRow(
        host.name,
        host.addresses,
        nodes.find((node) => node.metadata.name === host.name),
      ),
    )
    .sort((a, b) => a.role.localeCompare(b.role) || a.name.localeCompare(b.name));
}

async function nodesOf(here: Place): Promise<readonly Node[]> {
  const answer = await inside(here, ["kubectl", "get", "nodes", "--output", "json", "--request-timeout=10s"]);
  if (answer.failed) throw new Trouble(`the orchestrator does not answer: ${String(answer.stderr)}`);
  return (JSON.parse(String(answer.stdout)) as { items: Node[] }).items;
}

/** A host without a node, or whose node says nothing of being ready, is unknown: never up. */
export function hostRow(name: string, addresses: readonly string[], node: Node | undefined): HostRow {
  const ready = node?.status.conditions?.find(({ type }) => type === "Ready")?.status;
  return {
    name,
    role: node?.metadata.labels?.["estate/role"] ?? "",
    addresses,
    version: node?.status.nodeInfo.kubeletVersion ?? "",
    health: ready === "True" ? "up" : ready === "False" ? "down" : "unknown",
  };
}

interface Printed {
  readonly json: boolean;
  /** How long `up` took. */
  readonly seconds: number;
  /** The name of the orchestrator's API, as an example of the estate's names. */
  readonly apiName: string;
}

export function printEstate(rows: readonly HostRow[], { json, seconds, apiName }: Printed): void {
  if (json) return void process.stdout.write(`${JSON.stringify({ state: "running", seconds, hosts: rows })}\n`);
  const cells = rows.map(({ name, role, addresses, version, health }) => [
    name,
    role,
    addresses.join(" "),
    version,
    health,
  ]);
  process.stdout.write(`
${table(["HOST", "ROLE", "ADDRESSES", "VERSION", "HEALTH"], cells)}

The estate is up, after ${seconds} s. What to try next:
  estate local status                                what runs, what is real and what is played
  estate local exec -- kubectl get pods -A           the orchestrator
  estate local exec -- openstack server list         the cloud
  ${`estate local exec -- dig +short ${apiName}`.padEnd(49)}  the names
  estate local shell                                 a shell inside, where plain pulumi works: pulumi preview
  estate local open kubernetes                       forward the orchestrator's API to your machine
  estate local down                                  stop everything; reset deletes it
(estate is cli/estate, or npx estate.)
`);
}
