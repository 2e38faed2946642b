import { project } from "../../local/place.ts";
import { operatorPulumi } from "../operator-pulumi.ts";
import type { Pulumi } from "../stack-secrets.ts";

/** Where the state is, as Pulumi names it; it may hold a password, and is never printed. */
export async function backendOf(pulumi: Pulumi, environment: NodeJS.ProcessEnv): Promise<string> {
  if (environment.PULUMI_BACKEND_URL) return environment.PULUMI_BACKEND_URL;
  // where 'pulumi login' was used, only pulumi knows
  const { url } = JSON.parse(await pulumi(["whoami", "--json"])) as { readonly url?: string };
  return url ?? "";
}

/** Pulumi for the commands of `estate state`. @param command such as `unlock` */
export function statePulumi(command: string): Pulumi {
  return operatorPulumi(project, `estate state ${command}`);
}
