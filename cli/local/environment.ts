import { join } from "node:path";
import type { Engine } from "../../local/engine/engine.ts";
import type { Place } from "../../local/place.ts";

/**
 * The variables with which pulumi, kubectl and openstack work on the local stack. Kept beside the state, so that `exec` need not
 * build anything; PATH holds the stack's own folders only, the caller's come after them.
 */
export function stackEnvironment(
  here: Place,
  engine: Pick<Engine, "home" | "bin">,
  python: string,
): Record<string, string> {
  return {
    PATH: [join(here.data, "bin"), engine.bin, python].join(":"),
    PULUMI_HOME: engine.home,
    PULUMI_BACKEND_URL: `file://${join(here.data, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(here.data, "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    OS_CLIENT_CONFIG_FILE: join(here.data, "openstack", "clouds.yaml"),
    OS_CLOUD: "estate",
    KUBECONFIG: join(here.data, "kubeconfig"),
    ESTATE_INSIDE: here.id,
    ESTATE_DATA: here.data,
    ESTATE_CACHE: here.cache,
  };
}
