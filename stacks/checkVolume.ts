import type { WrongSetting } from "./application.ts";
import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";

/** That a setting names a data volume of a host, and a host that the document has. */
export function checkVolume(
  { roles }: Estate,
  { host, volume }: { readonly host: string; readonly volume: string },
  path: readonly string[],
  wrong: WrongSetting,
): void {
  const entry = Object.entries(roles).find(([name, role]) => host in hostsOf(name, role));
  if (!entry) {
    wrong([...path, "host"], `there is no host ${host}: write one of the hosts of a role that runs pods`);
    return;
  }
  const [role, { volumes }] = entry;
  if (volumes[volume]) return;
  const there = Object.keys(volumes).join(", ") || "none";
  wrong(
    [...path, "volume"],
    `role ${role} has no volume ${volume} (it has ${there}): write roles.${role}.volumes.${volume} too`,
  );
}
