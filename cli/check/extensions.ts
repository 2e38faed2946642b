import type { Networking } from "./network.ts";
import type { Requirements } from "./requirements.ts";
import type { Row } from "./row.ts";

/** Extensions of neutron, by their aliases: what the estate does with them, and how it does without. */
const purposes: Readonly<Record<string, { readonly purpose: string; readonly instead: string }>> = {
  "allowed-address-pairs": {
    purpose: "a server sends from the API's VIP, which is not its port's own address",
    instead: "write hosts or loadBalancer in orchestrator.api.front",
  },
};

/** Whether neutron has the extensions without which what the document asks for is made, and does not work. */
export function extensionRows(
  { extensions: needed }: Pick<Requirements, "extensions">,
  { extensions }: Networking,
): Row[] {
  return needed.map((alias) => {
    const what = `extension ${alias} of neutron`;
    if ("unknown" in extensions) return { what, verdict: "unknown", detail: extensions.unknown };
    if (extensions.value.some((one) => one.alias === alias)) return { what, verdict: "ok", detail: "there" };
    const { purpose = "the estate uses it", instead = "do without it" } = purposes[alias] ?? {};
    return {
      what,
      verdict: "missing",
      detail: "not there",
      cure: `${purpose}: ${instead}, or ask the cloud's operators for it`,
    };
  });
}
