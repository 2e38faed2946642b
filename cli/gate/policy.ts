import { Trouble } from "../../local/say.ts";
import { appSecrets } from "../../stacks/appFacts.ts";
import { deriveFacts, type EstateFacts } from "../../stacks/facts.ts";
import { parseEstate } from "../../stacks/parse.ts";
import { type EstateSecrets, estateSecretNames } from "../../stacks/secrets.ts";
import { pauseIn, pauseKey } from "../rollout/paused.ts";
import { pulumi } from "./pulumi.ts";

/** What a gate goes by. It is read when the gate runs, so that a change of it acts at once, on every host. */
export interface Policy {
  readonly facts: EstateFacts;
  readonly secrets: EstateSecrets;
  /** Secrets of the applications that run, as `<application>.<secret>`. One that the stack has not is left out: its application is not there yet. */
  readonly appSecrets: Readonly<Record<string, string>>;
  /** Why operators paused the roll, if they did (`estate rollout pause`). */
  readonly paused?: string;
}

/** The policy of a stack, from its configuration. */
export async function readPolicy(stack: string): Promise<Policy> {
  return parsePolicy(await pulumi("config", "--show-secrets", "--json", "--stack", stack), stack);
}

interface Setting {
  readonly value?: string;
  readonly objectValue?: unknown;
}

/** The same, from what `pulumi config --show-secrets --json` prints. @throws when something is missing or wrong */
export function parsePolicy(json: string, stack: string): Policy {
  const settings = JSON.parse(json) as Record<string, Setting>;
  const { objectValue, value } = settings["estate:estate"] ?? {};
  const document = objectValue ?? (value === undefined ? {} : JSON.parse(value));
  const secrets = estateSecretNames.map((name): [keyof EstateSecrets, string] => {
    const secret = settings[`estate:${name}`]?.value;
    if (!secret)
      throw new Trouble(
        `the stack ${stack} has no secret estate:${name}; 'estate init' makes those of a real cloud's stack, 'estate local up' those of a local one`,
      );
    return [name, secret];
  });
  const estate = parseEstate(document, `Pulumi.${stack}.yaml (estate:estate)`);
  const paused = pauseIn(settings[pauseKey]?.value);
  return {
    ...{ facts: deriveFacts(estate), ...(paused === undefined ? {} : { paused }) },
    secrets: Object.fromEntries(secrets) as Record<keyof EstateSecrets, string>,
    appSecrets: Object.fromEntries(
      appSecrets(estate).flatMap(({ key }) => {
        const secret = settings[`estate:${key}`]?.value;
        return secret ? [[key, secret]] : [];
      }),
    ),
  };
}
