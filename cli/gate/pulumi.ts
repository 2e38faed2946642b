import { execa } from "execa";
import pRetry from "p-retry";
import { Trouble } from "../../local/say.ts";

/**
 * Asks the Pulumi command line for something of the stack, in the project's folder.
 *
 * With a state in a folder, the engine writes down what it knows of the state's file beside it, and empties that first: who reads at that
 * moment is told `failed to load checkpoint: EOF`. A hundred gates read while the engine writes after each step, so it is asked again.
 *
 * @throws Trouble with what it said
 */
export async function pulumi(...command: readonly string[]): Promise<string> {
  const ask = async () => {
    const result = await execa("pulumi", [...command, "--non-interactive"], {
      ...{ cwd: `${import.meta.dirname}/../..`, reject: false, stdin: "ignore" },
    });
    if (!result.failed) return result.stdout;
    const said = result.stderr || result.stdout || result.shortMessage;
    throw new Trouble(`the gate cannot read the stack: 'pulumi ${command.join(" ")}' failed: ${said}`);
  };
  const halfWritten = (error: Error) => error.message.includes("failed to load checkpoint: EOF");
  return pRetry(ask, { retries: 5, minTimeout: 200, factor: 2, shouldRetry: ({ error }) => halfWritten(error) });
}
