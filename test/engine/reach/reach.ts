/** Who reaches whom in an estate that runs, and what outside it: every pair of roles and every port of the catalogue, tried with packets. */
import { execa } from "execa";
import { client } from "../../../local/daemon/client.ts";
import { names } from "../../../local/network/names.ts";
import type { EstateFacts } from "../../../stacks/facts.ts";
import type { Port } from "../../../stacks/ports.ts";
import { here } from "../estate.ts";
import type { Attempt } from "./attempt.ts";
import { type Circumstances, catalogueWith, type End, expected, type Question } from "./expected.ts";
import { type Door, doors, letOutside } from "./outside.ts";

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

/** A connection that an end tries: whether it should get through, and to whom it is, in a few words. */
interface Try {
  readonly attempt: Omit<Attempt, "source">;
  readonly should: boolean;
  readonly whom: string;
}

/** What was tried otherwise than expected, a line each, and how much was tried. */
export async function reach(facts: EstateFacts, outside: Outside): Promise<{ tried: number; wrong: string[] }> {
  const hosts = await hostsOf(facts);
  const circumstances = {
    translated: facts.network.mode === "private",
    workloads: facts.pools.flatMap(({ runs }) => runs),
    catalogue: catalogueWith(facts.apps),
  };
  const candidates = candidatesOf(circumstances.catalogue);
  const answering = await Promise.all(hosts.map((host) => answer(host, candidates)));
  try {
    const wrong: string[] = [];
    let tried = 0;
    for (const from of [...hosts.filter(({ first }) => first), { kind: "admin" }, { kind: "world" }] as const) {
      const tries = [
        ...questionsOf(from, hosts, candidates).map((question) => tryHost(question, circumstances)),
        ...(from.kind === "host" ? doors.map((door) => tryOutside(from, door, facts, circumstances)) : []),
      ];
      const attempts = tries.map(({ attempt }) => attempt);
      const answers = await ask(from, attempts, outside);
      tried += tries.length;
      wrong.push(...tries.filter(({ should }, index) => answers[index] !== should).map((one) => sentence(from, one)));
    }
    return { tried, wrong };
  } finally {
    for (const one of answering) one.stop();
  }
}

/** A question to a host of the estate. */
function tryHost(question: Question, circumstances: Circumstances): Try {
  const { to, via, protocol, port } = question;
  const whom = `${nameOf(to)} (${via} ${to[via]})`;
  return { attempt: { protocol, port, address: to[via] }, should: expected(question, circumstances), whom };
}

/** A question of a host to what is outside. */
function tryOutside(from: Host, door: Door, facts: EstateFacts, circumstances: Circumstances): Try {
  const should = letOutside(from, door, facts, circumstances);
  return { attempt: { protocol: "tcp", ...door }, should, whom: door.address };
}

function sentence(from: End, { attempt: { protocol, port }, should, whom }: Try): string {
  return `${nameOf(from)} ${should ? "does not reach" : "reaches"} ${whom} ${protocol} ${port}`;
}

const nameOf = (end: End) => ("name" in end ? String(end.name) : end.kind);

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
function candidatesOf(catalogue: readonly Port[]): readonly Candidate[] {
  const all = catalogue.flatMap(({ protocol, from, to }): Candidate[] =>
    protocol === "icmp" ? [{ protocol, port: 0 }] : [from - 1, from, to, to + 1].map((port) => ({ protocol, port })),
  );
  const usable = all.filter(({ protocol, port }) => protocol === "icmp" || (port > 0 && port <= 65_535));
  return [...new Map(usable.map((one) => [`${one.protocol} ${one.port}`, one])).values()];
}

/**
 * What one end asks: the host that stands for each other role, another of its own, and itself, by way of its floating IP. Of hosts that
 * have one, both addresses are asked, from outside too.
 */
function questionsOf(
  from: Host | Exclude<End, { kind: "host" }>,
  hosts: readonly Host[],
  candidates: readonly Candidate[],
): Question[] {
  const own = from.kind === "host" ? from.role : undefined;
  const others = hosts.filter((host) => (host.role === own ? true : host.first));
  return others.flatMap((to) => {
    const vias = viasOf(from, to);
    return candidates.flatMap(({ protocol, port }) => vias.map((via) => ({ from, to, via, protocol, port })));
  });
}

function viasOf(from: End, to: Host): readonly Question["via"][] {
  if (to.fixed === to.announced) return from === to ? [] : ["fixed"];
  return from === to ? ["announced"] : ["fixed", "announced"];
}

/** Starts answering in a host's namespace, and resolves when it does. */
async function answer({ namespace }: Host, candidates: readonly Candidate[]): Promise<{ stop(): void }> {
  const numbers = candidates.flatMap(({ protocol, port }) => (protocol === "icmp" ? [] : [String(port)]));
  const script = `${import.meta.dirname}/answer.ts`;
  const process = execa("ip", ["netns", "exec", namespace, "node", script, ...new Set(numbers)], { reject: false });
  await new Promise<void>((resolve, reject) => {
    process.stdout?.once("data", () => resolve());
    void process.then(({ stderr }) => reject(new Error(`nobody answers in ${namespace}: ${stderr}`)));
  });
  return { stop: () => void process.kill() };
}

async function ask(
  from: End,
  asked: readonly Omit<Attempt, "source">[],
  outside: Outside,
): Promise<readonly boolean[]> {
  const source = from.kind === "host" ? {} : { source: outside[from.kind] };
  const attempts = asked.map(({ protocol, port, address }): Attempt => ({ protocol, port, address, ...source }));
  const command = ["node", `${import.meta.dirname}/ask.ts`];
  const [program = "", ...args] =
    "namespace" in from ? ["ip", "netns", "exec", String(from.namespace), ...command] : command;
  const { stdout } = await execa(program, args, { input: JSON.stringify(attempts) });
  return JSON.parse(stdout) as boolean[];
}
