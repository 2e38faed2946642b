/** Who reaches whom in an estate that runs: every pair of roles and every port of the catalogue, tried with packets. */
import { execa } from "execa";
import { client } from "../../../local/daemon/client.ts";
import { names } from "../../../local/network/names.ts";
import type { EstateFacts } from "../../../stacks/facts.ts";
import { ports } from "../../../stacks/ports.ts";
import { here } from "../estate.ts";
import type { Attempt } from "./attempt.ts";
import { type End, expected, type Question } from "./expected.ts";

/** A host of the estate, with the namespace that it is here. */
type Host = End & {
  readonly kind: "host";
  readonly name: string;
  readonly role: string;
  readonly namespace: string;
  /** Whether it is the one that stands for its role. */
  readonly first: boolean;
};

export interface Outside {
  /** Addresses of the operator's side: one that administrators have, and one that they have not. */
  readonly admin: string;
  readonly world: string;
}

/** What was tried otherwise than expected, a line each, and how much was tried. */
export async function reach(facts: EstateFacts, outside: Outside): Promise<{ tried: number; wrong: string[] }> {
  const hosts = await hostsOf(facts);
  const answering = await Promise.all(hosts.map(answer));
  try {
    const circumstances = {
      translated: facts.network.mode === "private",
      workloads: facts.pools.flatMap(({ runs }) => runs),
    };
    const wrong: string[] = [];
    let tried = 0;
    for (const from of [...hosts.filter(({ first }) => first), { kind: "admin" }, { kind: "world" }] as const) {
      const questions = questionsOf(from, hosts);
      const answers = await ask(from, questions, outside);
      tried += questions.length;
      for (const [index, question] of questions.entries()) {
        const should = expected(question, circumstances);
        if (answers[index] !== should) wrong.push(sentence(question, should));
      }
    }
    return { tried, wrong };
  } finally {
    for (const one of answering) one.stop();
  }
}

/** Two hosts of each role where there are two: one to ask, one to be asked by its own kind. */
async function hostsOf(facts: EstateFacts): Promise<Host[]> {
  const { hosts } = await (await client(here)).status();
  return facts.pools.flatMap(({ hosts: pool, role, runs }) =>
    pool.slice(0, 2).map(({ name }, index) => {
      const found = hosts.find((host) => host.name === name);
      if (!found) throw new Error(`the local stack has no host ${name}`);
      const [fixed = "", announced = fixed] = found.addresses;
      const namespace = names.host(found.id);
      return { kind: "host" as const, name, role, runs, fixed, announced, namespace, first: index === 0 };
    }),
  );
}

type Candidate = Pick<Attempt, "protocol" | "port">;

/** The ports of the catalogue: of each range the ends, and what lies just outside. */
function candidates(): readonly Candidate[] {
  const all = ports.flatMap(({ protocol, from, to }): Candidate[] =>
    protocol === "icmp" ? [{ protocol, port: 0 }] : [from - 1, from, to, to + 1].map((port) => ({ protocol, port })),
  );
  const usable = all.filter(({ protocol, port }) => protocol === "icmp" || (port > 0 && port <= 65_535));
  return [...new Map(usable.map((one) => [`${one.protocol} ${one.port}`, one])).values()];
}

/**
 * What one end asks: the host that stands for each other role, another of its own, and itself, by way of its floating IP. Of hosts that
 * have one, both addresses are asked, from outside too.
 */
function questionsOf(from: Host | Exclude<End, { kind: "host" }>, hosts: readonly Host[]): Question[] {
  const own = from.kind === "host" ? from.role : undefined;
  const others = hosts.filter((host) => (host.role === own ? true : host.first));
  return others.flatMap((to) => {
    const vias = viasOf(from, to);
    return candidates().flatMap(({ protocol, port }) => vias.map((via) => ({ from, to, via, protocol, port })));
  });
}

function viasOf(from: End, to: Host): readonly Question["via"][] {
  if (to.fixed === to.announced) return from === to ? [] : ["fixed"];
  return from === to ? ["announced"] : ["fixed", "announced"];
}

/** Starts answering in a host's namespace, and resolves when it does. */
async function answer({ namespace }: Host): Promise<{ stop(): void }> {
  const numbers = candidates().flatMap(({ protocol, port }) => (protocol === "icmp" ? [] : [String(port)]));
  const script = `${import.meta.dirname}/answer.ts`;
  const process = execa("ip", ["netns", "exec", namespace, "node", script, ...new Set(numbers)], { reject: false });
  await new Promise<void>((resolve, reject) => {
    process.stdout?.once("data", () => resolve());
    void process.then(({ stderr }) => reject(new Error(`nobody answers in ${namespace}: ${stderr}`)));
  });
  return { stop: () => void process.kill() };
}

async function ask(from: End, questions: readonly Question[], outside: Outside): Promise<readonly boolean[]> {
  const source = from.kind === "host" ? {} : { source: outside[from.kind] };
  const attempts = questions.map(
    ({ to, via, protocol, port }): Attempt => ({ protocol, port, address: to[via], ...source }),
  );
  const command = ["node", `${import.meta.dirname}/ask.ts`];
  const [program = "", ...args] =
    "namespace" in from ? ["ip", "netns", "exec", String(from.namespace), ...command] : command;
  const { stdout } = await execa(program, args, { input: JSON.stringify(attempts) });
  return JSON.parse(stdout) as boolean[];
}

function sentence({ from, to, via, protocol, port }: Question, should: boolean): string {
  const name = (end: End) => ("name" in end ? String(end.name) : end.kind);
  return `${name(from)} ${should ? "does not reach" : "reaches"} ${name(to)} (${via} ${to[via]}) ${protocol} ${port}`;
}
