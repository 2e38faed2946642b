import * as pulumi from "@pulumi/pulumi";
import { execa } from "execa";
import { type Recorded, recordedOf } from "../components/recorded.ts";

interface Exported {
  readonly deployment: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
      /** What an update has left to delete: another resource has its URN. */
      readonly delete?: boolean;
    }[];
  };
}

/**
 * What the state of another stack holds. It is exported, with what is secret as ciphertext: the engine's own call would want the passphrase
 * of that stack.
 *
 * @throws pulumi.RunError when there is no such stack, or it cannot be read
 */
export async function readExported(stack: string): Promise<Recorded> {
  const command = ["stack", "export", "--stack", stack, "--non-interactive"];
  const result = await execa("pulumi", command, { reject: false, stdin: "ignore" });
  if (result.failed)
    throw new pulumi.RunError(`The stack ${stack} cannot be read: ${result.stderr || (result.shortMessage ?? "")}`);
  const { deployment } = JSON.parse(result.stdout) as Exported;
  const there = (deployment.resources ?? []).filter((one) => !one.delete);
  return recordedOf(Object.fromEntries(there.map(({ urn, outputs = {} }) => [urn, { outputs }])));
}
