import { vi } from "vitest";
import { generateSecrets } from "../../cli/secrets.ts";
import type { buildEstate } from "../../stacks/layers.ts";
import type { Secrets } from "../../stacks/secrets.ts";
import { configuration, plainDocument } from "../unit/stacks/fixtures.ts";
import { type RecordOptions, type Registered, record } from "./record.ts";

/** The secrets of all runs of a test file: real ones, so that whatever parses them can. */
export const secrets: Secrets = await generateSecrets({});

export interface Run extends Pick<RecordOptions, "provider" | "cloud" | "outputs"> {
  // biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
  readonly change?: (document: any) => void;
  readonly preview?: boolean;
  /** What else the same stack makes, of what index.ts gives out. */
  readonly beside?: (estate: Awaited<ReturnType<typeof buildEstate>>["outputs"]) => void;
  readonly state?: readonly string[];
  /** Secrets of applications, as `<application>.<secret>`. */
  readonly appSecrets?: Readonly<Record<string, string>>;
}

/** The graph that index.ts registers for the local document. */
export async function graph({
  change,
  preview = false,
  state = [],
  outputs = {},
  beside,
  appSecrets = {},
  provider,
  cloud,
}: Run = {}): Promise<Registered[]> {
  const document = plainDocument();
  change?.(document);
  vi.resetModules();
  const program = async () => {
    const { default: outputs } = await import("../../index.ts");
    if ("facts" in outputs) beside?.(outputs);
  };
  return record(program, {
    ...{
      preview,
      state,
      outputs,
      ...(provider ? { provider } : {}),
      ...(cloud ? { cloud } : {}),
      config: configuration(document, { ...secrets, ...appSecrets }),
    },
    secrets: Object.keys({ ...secrets, ...appSecrets }).map((name) => `estate:${name}`),
  });
}

/** The URN the state would have of a host's server. */
export function serverUrn(host: string): string {
  return `urn:pulumi:test::estate::estate:compute:HostPool$estate:compute:Host$openstack:compute/instance:Instance::${host}`;
}

/** The same of its gate. */
export function readyUrn(host: string): string {
  return `urn:pulumi:test::estate::estate:compute:HostPool$estate:compute:Host$command:local:Command::${host}-ready`;
}
