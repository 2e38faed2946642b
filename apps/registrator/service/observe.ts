import { type Bbb, connectBbb } from "./bbb.ts";
import type { Declared } from "./declared.ts";
import type { Drain } from "./drain-record.ts";
import { waitingRecordings } from "./handover.ts";
import { factsOf, type Memory, type Observed, type Probe, remember, type Sight, type Subject } from "./observed.ts";
import type { Scalelite } from "./scalelite.ts";
import { subjectsOf } from "./subjects.ts";

/** Where a look looks. */
export interface Sources {
  readonly scalelite: Scalelite;
  /** @throws Error when nobody can tell: then nothing counts as dead */
  readonly sights: () => Promise<ReadonlyMap<string, Sight>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How many servers are asked at the same time. */
const width = 16;

/** One look at everything. @throws Error when Scalelite does not list its servers: then nothing may be done */
export async function observe(
  declared: Declared,
  drains: ReadonlyMap<string, Drain>,
  before: Memory,
  { scalelite, sights, now }: Sources,
): Promise<Observed> {
  const subjects = subjectsOf(declared, await scalelite.servers(), drains);
  const seen = await sights().catch(() => new Map<string, Sight>());
  const looks = await each(subjects, (subject) => look(subject, declared));
  const at = now();
  const probes = new Map(looks.map(({ name, probe }) => [name, probe]));
  return {
    ...{ now: at, subjects, probes, memory: remember(before, factsOf({ subjects, probes }), at) },
    sights: new Map(
      subjects.flatMap(({ name, declared: server }) => {
        const sight = seen.get(server?.node ?? name);
        return sight ? [[name, sight] as const] : [];
      }),
    ),
    recordings: new Map(
      looks.flatMap(({ name, waiting }) => (waiting === undefined ? [] : [[name, waiting] as const])),
    ),
  };
}

interface Look {
  readonly name: string;
  readonly probe: Probe;
  readonly waiting?: number | string;
}

async function look(subject: Subject, { algorithm }: Declared): Promise<Look> {
  const { name, url, secret, drain } = subject;
  if (secret === undefined) return { name, probe: { answers: false, why: "nobody told its secret" } };
  const bbb = connectBbb({ url, secret, algorithm });
  const probe = await probeOf(bbb);
  if (drain?.phase !== "recordings") return { name, probe };
  return { name, probe, waiting: await waitingRecordings(bbb, subject.declared?.handover, drain.since) };
}

/** Its meetings prove that the API works and that the secret is right. What it reveals of its release is a matter of its own. */
async function probeOf(bbb: Bbb): Promise<Probe> {
  try {
    const meetings = await bbb.meetings();
    const version = await bbb.version().catch(() => undefined);
    return { answers: true, meetings, ...(version ? { version } : {}) };
  } catch (error) {
    return { answers: false, why: (error as Error).message };
  }
}

/** A few at a time, in order. */
export async function each<In, Out>(items: readonly In[], act: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
