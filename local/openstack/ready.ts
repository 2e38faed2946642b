import { writeFile } from "node:fs/promises";
import { execa } from "execa";
import { consumers } from "./amqp.ts";
import { type CloudFacts, internalPorts } from "./facts.ts";
import { mariadbSocket } from "./sections.ts";

type Ready = () => Promise<void>;

/** An API answers; being asked to log in is an answer. */
export function answers(address: string): Ready {
  return async () => {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(10_000), redirect: "manual" });
    if (status >= 400 && status !== 401) throw new Error(`${address} answers ${status}`);
  };
}

/** Someone listens on each of these queues of RabbitMQ. */
export function listens(facts: CloudFacts, queues: readonly string[]): Ready {
  const broker = { port: internalPorts.rabbit, user: "estate", password: facts.secrets.rabbit };
  return async () => {
    for (const queue of queues) {
      if ((await consumers(queue, broker)) === 0) throw new Error(`nobody listens to the queue ${queue}`);
    }
  };
}

/** The broker lets its user in. */
export function brokerAnswers(facts: CloudFacts): Ready {
  const broker = { port: internalPorts.rabbit, user: "estate", password: facts.secrets.rabbit };
  return async () => void (await consumers("none", broker));
}

/** A program ends well. */
export function succeeds(program: string, ...args: readonly string[]): Ready {
  return async () => {
    const result = await execa(program, args, { reject: false, timeout: 5000, all: true, stdin: "ignore" });
    if (result.failed) throw new Error(result.all || (result.shortMessage ?? `${program} failed`));
  };
}

/** Lets a family of daemons (estate_cloud.family) begin that waits at this gate. */
export function opens(gate: string): Ready {
  return () => writeFile(gate, "");
}

/** All of them, one after the other. */
export function both(...all: readonly Ready[]): Ready {
  return async () => {
    for (const ready of all) await ready();
  };
}

/** Every hypervisor has told nova within the last `seconds` that it lives; the scheduler uses no other. */
export function hypervisorsReport(facts: CloudFacts, count: number, seconds: number): Ready {
  const query = `SELECT COUNT(*) FROM nova.services WHERE \`binary\`='nova-compute' AND deleted=0 AND last_seen_up > UTC_TIMESTAMP() - INTERVAL ${seconds} SECOND`;
  return async () => {
    const up = Number(await ask(facts, query));
    if (up < count) throw new Error(`${up} of ${count} hypervisors have reported`);
  };
}

/** One answer from the databases. */
export async function ask(facts: Pick<CloudFacts, "run">, query: string): Promise<string> {
  const { stdout } = await execa(
    "mariadb",
    ["--no-defaults", "--user=root", `--socket=${mariadbSocket(facts)}`, "--batch", "--skip-column-names"],
    { input: query },
  );
  return stdout.trim();
}
