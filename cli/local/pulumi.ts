import { type Place, project } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { inside } from "./enter.ts";

/** Runs the Pulumi command line inside the stack. @throws Trouble with what it said */
export async function pulumi(here: Place, command: readonly string[], input?: string): Promise<string> {
  const result = await inside(here, ["pulumi", ...command, "--non-interactive"], {
    cwd: project,
    ...(input === undefined ? {} : { input }),
  });
  // never its standard output: that may be secrets
  if (result.failed)
    throw new Trouble(
      `'pulumi ${command.slice(0, 2).join(" ")}' failed: ${String(result.stderr || result.shortMessage)}`,
    );
  return String(result.stdout);
}
