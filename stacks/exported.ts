import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { type Recorded, recordedOf } from "../components/recorded.ts";
import { urnParts } from "./urn.ts";

interface Exported {
  /** None of a stack that was never updated, with some backends. */
  readonly deployment?: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
      /** What an update has left to delete: another resource has its URN. */
      readonly delete?: boolean;
    }[];
    /** What was under way when the state was written. */
    readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
  };
}

/**
 * What the state of another stack holds. It is exported, with what is secret as ciphertext: the engine's own call would want the passphrase
 * of that stack.
 *
 * @throws pulumi.RunError when it cannot be read, or, in an update, when a server of it is being made: of that one nobody knows yet what it
 *   stands on. A stack that is not there has nothing
 */
export async function readExported(stack: string): Promise<Recorded> {
  const command = ["stack", "export", "--stack", stack, "--non-interactive"];
  const result = await execa("pulumi", command, { reject: false, stdin: "ignore" });
  if (result.failed && /no stack named/.test(result.stderr)) return recordedOf({});
  if (result.failed)
    throw new pulumi.RunError(`The stack ${stack} cannot be read: ${result.stderr || (result.shortMessage ?? "")}`);
  const { deployment } = JSON.parse(result.stdout) as Exported;
  const made = (deployment?.pending_operations ?? []).filter(
    ({ type, resource }) =>
      type === "creating" && urnParts(resource.urn).type === "openstack:compute/instance:Instance",
  );
  const busy = `An update of the stack ${stack} makes servers now, or was killed while it did: let it end, or run 'estate up --stack ${stack}', then this again.`;
  if (made.length > 0 && !pulumi.runtime.isDryRun()) throw new pulumi.RunError(busy);
  if (made.length > 0) await pulumi.log.warn(busy);
  const there = (deployment?.resources ?? []).filter((one) => !one.delete);
  return recordedOf(Object.fromEntries(there.map(({ urn, outputs = {} }) => [urn, { outputs }])));
}
