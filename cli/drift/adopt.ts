import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { project } from "../../local/place.ts";
import { chooseStack } from "../check/document.ts";
import { adoptionOf } from "./adoption-code.ts";
import type { DriftOptions } from "./command.ts";
import { historyFile } from "./drift.ts";
import type { Finding } from "./finding.ts";
import { openCloud, openCluster, readCheckpoint } from "./ground.ts";
import { History } from "./history.ts";
import type { Item } from "./item.ts";
import { cureOf } from "./report.ts";

type Thing = Readonly<Record<string, unknown>>;

/** Prints what would take an unmanaged thing in. It only reads. */
export async function adopt(id: string, options: DriftOptions): Promise<void> {
  const stack = await chooseStack(options.stack, process.env);
  const finding = findIn(stack, id, options);
  const lines =
    finding.answer === "unmanaged"
      ? adoptionOf(
          stack,
          finding,
          await withPool(await lookAt(stack, finding)),
          (await readCheckpoint(stack)).deployment.resources ?? [],
          await readFile(join(project, "index.ts"), "utf8"),
        )
      : managedAdvice(stack, finding);
  process.stdout.write(`${lines.join("\n")}\n`);
}

export function findIn(stack: string, id: string, options: Pick<DriftOptions, "history">): Finding {
  const history = new History(historyFile(stack, options));
  try {
    return history.find(stack, id);
  } finally {
    history.close();
  }
}

/** With the name of a floating IP's network, by which the provider knows it: the cloud says its id alone. */
async function withPool(thing: Thing): Promise<Thing> {
  const { floating_network_id: id } = thing;
  if (typeof id !== "string") return thing;
  const path = `/v2.0/networks/${encodeURIComponent(id)}`;
  const { network } = await (await openCloud()).get<{ readonly network: Item }>("network", path);
  return { ...thing, pool: network.name };
}

/** The thing as it is now. @throws Trouble when it is gone */
export async function lookAt(stack: string, { place }: Finding): Promise<Thing> {
  if (place?.in === "kubernetes") return (await openCluster(stack)).read(place, place.namespace, place.name);
  if (!place) return {};
  const body = await (await openCloud()).get<Readonly<Record<string, unknown>>>(place.service as "compute", place.path);
  // glance and designate say it as it is, the others under its name
  const inner = Object.values(body).length === 1 ? Object.values(body)[0] : body;
  return { ...(inner as Item) };
}

/** What the state holds already is taken in by writing it down, and by the program saying the same. */
function managedAdvice(stack: string, finding: Finding): string[] {
  const { answer, urn = "", paths, name, meaning } = finding;
  if (answer === "program") return ["The program has it already: 'estate up' rolls it out."];
  if (answer === "interrupted") return [`${name}: ${meaning}. Do this: ${cureOf(finding, [])}`];
  const where = paths.length > 0 ? ` (${paths.join(", ")})` : "";
  return [
    `The state holds ${name}; the cloud has it otherwise${where}. To keep it as the cloud has it:`,
    "  1. say so in the document, or in the component that makes it",
    `  2. pulumi refresh --stack ${stack} --target '${urn}'`,
    "  3. 'estate preview' then has nothing to do for it",
  ];
}
