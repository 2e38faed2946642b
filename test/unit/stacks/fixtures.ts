import { localDocument } from "../../../cli/local-document.ts";
import { sshKeyPair } from "../../../stacks/openssh.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import type { Estate } from "../../../stacks/schema.ts";
import { type SecretName, type Secrets, secretNames } from "../../../stacks/secrets.ts";

/** The local estate document, as plain data that a test may change. */
export function plainDocument(): ReturnType<typeof localDocument> {
  return localDocument({ k3sSha512: "ab".repeat(64) });
}

/** Puts the API behind a VIP, whose image comes from the local mirror. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function behindVip(document: any): void {
  document.orchestrator.api = { front: "vip" };
  document.orchestrator.registries = { "ghcr.io": { endpoints: [new URL(document.orchestrator.k3s.url).origin] } };
}

/** The same, checked; `change` is made before. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function estate(change: (document: any) => void = () => undefined): Estate {
  const document = plainDocument();
  change(document);
  return parseEstate(document, "a test");
}

/** Secrets that are unique strings, so that a search finds them wherever they end up. Only keys that are parsed are real. */
export function uniqueSecrets(): Secrets {
  const entries = secretNames.map((name): [SecretName, string] => [name, `unique-secret-${name}`]);
  const seed = Buffer.alloc(32, 7);
  return {
    ...(Object.fromEntries(entries) as Record<SecretName, string>),
    sshKey: sshKeyPair(seed, "estate").privateKey,
    hostKeySeed: Buffer.alloc(32, 9).toString("base64"),
  };
}

/** The stack's configuration from both. */
export function configuration(document: unknown, secrets: Secrets): Record<string, string> {
  const entries = Object.entries(secrets).map(([name, value]) => [`estate:${name}`, value]);
  return { "estate:estate": JSON.stringify(document), ...Object.fromEntries(entries) };
}
