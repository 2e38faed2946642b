import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The estate document before it is checked: plain data, as the stack's configuration holds it under `estate:estate`. */
export type PlainDocument = Record<string, unknown> & { orchestrator: { k3s: Record<string, unknown> } };

/**
 * The estate document of the local stack: `stacks/local.yaml`, with the hash of the k3s program that the local mirror serves.
 *
 * @param options.k3sSha512 128 hexadecimal digits
 */
export function localDocument({ k3sSha512 }: { readonly k3sSha512: string }): PlainDocument {
  const text = readFileSync(join(import.meta.dirname, "../stacks/local.yaml"), "utf8");
  const document = parse(text) as PlainDocument;
  const { orchestrator } = document;
  return { ...document, orchestrator: { ...orchestrator, k3s: { ...orchestrator.k3s, sha512: k3sSha512 } } };
}
