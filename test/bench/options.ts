import { parseArgs } from "node:util";
import { quotas } from "../../local/openstack/quotas.ts";
import { Trouble } from "../../local/say.ts";
import { fewestHosts } from "./document.ts";

export interface Options {
  /** Sizes of the estates that are built, one after another. @default 10 and 100 */
  readonly hosts: readonly number[];
  /** One JSON document instead of tables. */
  readonly json: boolean;
  /** With caches of its own: everything is downloaded and built anew. */
  readonly cold: boolean;
}

/** @throws Trouble when the command line is wrong: what to write instead */
export function readOptions(args: readonly string[]): Options {
  const { hosts, json, cold } = parse(args);
  return { hosts: hosts.split(",").map(sizeOf), json, cold };
}

function parse(args: readonly string[]) {
  const options = {
    hosts: { type: "string", default: "10,100" },
    json: { type: "boolean", default: false },
    cold: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}: write --hosts 10,100, --json or --cold`);
  }
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
