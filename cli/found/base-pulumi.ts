import { Trouble } from "../../local/say.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import type { Pulumi } from "../stack-secrets.ts";

/** How the passphrase of the stack of the base is said; each instead of Pulumi's own of that name without `BASE`. */
const said = {
  PULUMI_CONFIG_PASSPHRASE: "ESTATE_BASE_PASSPHRASE",
  PULUMI_CONFIG_PASSPHRASE_FILE: "ESTATE_BASE_PASSPHRASE_FILE",
} as const;

/**
 * The Pulumi command line with the passphrase of the base, which is another one than that of the stack of the servers.
 *
 * @throws Trouble when nothing says it
 */
export function pulumiOfBase(folder: string, environment: NodeJS.ProcessEnv, again: string): Pulumi {
  const given = Object.entries(said).flatMap(([name, own]): [string, string][] => {
    const value = environment[own];
    return value ? [[name, value]] : [];
  });
  if (given.length === 0)
    throw new Trouble(
      `the keys of the authorities are in the stack of the base, with a passphrase of its own: say it with ${Object.values(said).join(" or ")}; then run '${again}' again`,
    );
  const cure = `Say the passphrase of the base with ${Object.values(said).join(" or ")};`;
  return operatorPulumi(folder, again, { env: { ...unset, ...Object.fromEntries(given) }, cure });
}

/** Not the one of the other stack. */
const unset = Object.fromEntries(Object.keys(said).map((name) => [name, undefined]));
