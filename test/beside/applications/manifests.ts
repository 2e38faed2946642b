/** Every object that the estate can have, asked of a real API server: which of them it would take, were they made now. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { everyApplication, secretsOf } from "../../graph/every-application.ts";
import { graph } from "../../graph/program.ts";
import { clear } from "../../graph/record.ts";
import type { SmallEstate } from "../small-estate.ts";

/** Where they are asked for: those of the estate itself have the same names. */
const elsewhere = "asked";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
}

/** The objects of an estate with everything, secrets in clear: in a namespace of their own, or under other names where they are in none. */
export async function everyManifest(): Promise<readonly Manifest[]> {
  const made: Manifest[] = [];
  await graph({
    change: everyApplication,
    appSecrets: secretsOf(everyApplication),
    provider: (type, _, inputs) => {
      if (type.startsWith("kubernetes:")) made.push(clear(inputs) as unknown as Manifest);
    },
  });
  return made.map((one) => {
    const { name, namespace } = one.metadata;
    return {
      ...one,
      metadata: { ...one.metadata, ...(namespace ? { namespace: elsewhere } : { name: `asked-${name}` }) },
    };
  });
}

/** What the API server says of them; fails with all that it refuses. Nothing is made but a namespace, for as long as it is asked. */
export async function askStrictly(small: SmallEstate, manifests: readonly object[]): Promise<string[]> {
  const file = join(small.folder, "manifests.json");
  // each by itself: of a list kubectl would judge by what it knows itself, and not ask
  await writeFile(file, manifests.map((one) => JSON.stringify(one)).join("\n"), { mode: 0o600 });
  await small.kubectl("create", "namespace", elsewhere);
  try {
    // apply would keep each object a second time in an annotation, for which the dashboards are too large
    const said = await small.kubectl("create", "--dry-run=server", "--validate=strict", `--filename=${file}`);
    return said.split("\n");
  } finally {
    await small.kubectl("delete", "namespace", elsewhere, "--timeout=60s", "--request-timeout=0");
  }
}
