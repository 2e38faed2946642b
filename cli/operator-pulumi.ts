import { execa } from "execa";
import { Trouble } from "../local/say.ts";
import { askWhole } from "./half-written.ts";
import type { Pulumi } from "./stack-secrets.ts";

const cure =
  "Say where the state is with PULUMI_BACKEND_URL (or 'pulumi login'), and the passphrase with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE;";

/** What is otherwise than in the environment. */
export interface OtherEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What to say when it fails, instead of Pulumi's own variables; ends before "then". */
  readonly cure: string;
}

export const noPulumi = "there is no program pulumi on the PATH: install the Pulumi CLI";

/**
 * The operator's own Pulumi command line, with the backend and the passphrase that the environment names.
 *
 * @param again the command to run again after a cure, such as `estate init`
 * @param other what is otherwise than in the environment, and where its passphrase then comes from @default nothing
 */
export function operatorPulumi(folder: string, again: string, other?: OtherEnvironment): Pulumi {
  const ask: Pulumi = async (command, input) => {
    const result = await execa("pulumi", [...command, "--non-interactive", "--color=never"], {
      ...{ cwd: folder, reject: false, env: other?.env ?? {} },
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    if (!result.failed) return result.stdout;
    if (result.code === "ENOENT") throw new Trouble(noPulumi);
    // never its standard output: that may be secrets
    const said = result.stderr || result.shortMessage;
    throw new Trouble(
      `'pulumi ${command.slice(0, 2).join(" ")}' failed: ${said}\n${other?.cure ?? cure} then run '${again}' again.`,
    );
  };
  return (command, input) => askWhole(() => ask(command, input));
}
