import { execa } from "execa";
import { Trouble } from "../../local/say.ts";
import { askWhole } from "../half-written.ts";

/** Asks the Pulumi command line for something of the stack, in the project's folder. @throws Trouble with what it said */
export async function pulumi(...command: readonly string[]): Promise<string> {
  return askWhole(async () => {
    const result = await execa("pulumi", [...command, "--non-interactive"], {
      ...{ cwd: `${import.meta.dirname}/../..`, reject: false, stdin: "ignore" },
    });
    if (!result.failed) return result.stdout;
    const said = result.stderr || result.stdout || result.shortMessage;
    throw new Trouble(`the gate cannot read the stack: 'pulumi ${command.join(" ")}' failed: ${said}`);
  });
}
