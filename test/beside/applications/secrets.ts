/** Every secret of the applications' estate: those of its stack, and what the orchestrator's Secrets are made of. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readJournal } from "../../../cli/journal/journal.ts";
import { environment } from "../../../stacks/environment.ts";
import { configuration, here } from "../../engine/estate.ts";
import { isSecret, type SecretLine, secretLines } from "../../engine/secret-lines.ts";
import type { SmallEstate } from "../small-estate.ts";

/** As secrets are written among settings, without what is around them: names of hosts have dots. Then lines of keys. */
const forms = [/[A-Za-z0-9_-]{24,}/g, /^[A-Za-z0-9+/]{40,}={0,2}$/gm];

/** What of a text is long enough to be found nowhere by chance, and is no word of a language. */
export function secretsIn(text: string): string[] {
  const found = forms.flatMap((form) => text.match(form) ?? []);
  return found.filter((one) => /\d/.test(one) && /[a-z]/i.test(one));
}

interface Held {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** Of each what a search can find; what the document says is none. */
export async function secretsOf(small: SmallEstate): Promise<readonly SecretLine[]> {
  const config = Object.entries(await configuration(small.stack));
  const stack = Object.fromEntries(config.flatMap(([name, { value, secret }]) => (secret ? [[name, value]] : [])));
  const said = config.map(([, { value, secret }]) => (secret ? "" : value)).join("\n");
  const listed = await small.kubectl("get", "secrets", "-n", environment.namespace, "--output", "json");
  const held = (JSON.parse(listed) as { readonly items: readonly Held[] }).items.flatMap(({ metadata, data = {} }) =>
    Object.entries(data).flatMap(([key, value]) =>
      secretsIn(Buffer.from(value, "base64").toString()).map((line) => ({ name: `${metadata.name}/${key}`, line })),
    ),
  );
  return [...secretLines(stack), ...held].filter(isSecret).filter(({ line }) => !said.includes(line));
}

/** Where none of them may be, by name: the state, the journal, and what each host said. */
export async function placesOf(small: SmallEstate): Promise<Readonly<Record<string, string>>> {
  const consoles = Object.entries(await small.servers()).map(async ([name, id]) => {
    return [`console of ${name}`, await readFile(join(here.data, "hosts", id, "console.log"), "utf8")] as const;
  });
  const [state, journal] = [await small.pulumi("stack", "export"), await readJournal(small.stack)];
  return { state: state.stdout, journal: JSON.stringify(journal), ...Object.fromEntries(await Promise.all(consoles)) };
}
