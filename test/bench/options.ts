import { parseArgs } from "node:util";
import { quotas } from "../../local/openstack/quotas.ts";
import { Trouble } from "../../local/say.ts";
import { fewestHosts } from "./document.ts";

/** What is measured before the estates. */
export const preludes = ["program", "local"] as const;
export type Prelude = (typeof preludes)[number];

export interface Options {
  /** Sizes of the estates that are built, one after another. @default 10 and 100 */
  readonly hosts: readonly number[];
  /** One JSON document instead of tables. */
  readonly json: boolean;
  /** With caches of its own: everything is downloaded and built anew. */
  readonly cold: boolean;
  /** What is left out, because it was measured before: with `--hosts`, a benchmark that was stopped goes on where it was. */
  readonly skip: readonly Prelude[];
}

/** @throws Trouble when the command line is wrong: what to write instead */
export function readOptions(args: readonly string[]): Options {
  const { hosts, json, cold, skip } = parse(args);
  const options = {
    hosts: hosts.split(",").map(sizeOf),
    json,
    cold,
    skip: skip.split(",").filter(Boolean).map(preludeOf),
  };
  if (cold && options.skip.includes("local"))
    throw new Trouble("--cold measures 'npm run local' with empty caches: leave out --cold, or local in --skip");
  return options;
}

function parse(args: readonly string[]) {
  const options = {
    hosts: { type: "string", default: "10,100" },
    json: { type: "boolean", default: false },
    cold: { type: "boolean", default: false },
    skip: { type: "string", default: "" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}: write --hosts 10,100, --skip program,local, --json or --cold`);
  }
}

function preludeOf(text: string): Prelude {
  const found = preludes.find((one) => one === text);
  if (!found) throw new Trouble(`--skip: there is no ${text}: write ${preludes.join(", ")} or both`);
  return found;
}

function sizeOf(text: string): number {
  const most = quotas.compute.instances;
  const hosts = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(hosts >= fewestHosts && hosts <= most))
    throw new Trouble(
      `--hosts: ${text || "nothing"} is no size: write numbers from ${fewestHosts} to ${most}, such as 10,100`,
    );
  return hosts;
}
