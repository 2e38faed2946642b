import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

/** The address of the orchestrator's API as the operator's kubeconfig has it. @throws Trouble when there is none yet */
export async function apiAddress(here: Place): Promise<URL> {
  const text = await readFile(join(here.data, "kubeconfig"), "utf8").catch(() => {
    throw new Trouble(`there is no orchestrator in ${here.data} yet: 'estate local up' makes it`);
  });
  const { clusters } = parse(text) as { clusters: readonly { cluster: { server: string } }[] };
  return new URL(clusters[0]?.cluster.server ?? "");
}
