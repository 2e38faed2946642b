import { hostsOf } from "./schema/role.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** Addresses of a range that no host gets: its own, the broadcast's, the gateway's, and that of neutron's DHCP. */
const taken = 4;

/** A range cannot be widened later: addresses of hosts outlive them. */
export function checkRoom({ roles, sites }: Estate, wrong: Wrong): void {
  const only = Object.keys(sites).length === 1 ? Object.keys(sites)[0] : undefined;
  const places = Object.entries(roles).flatMap(([name, role]) =>
    Object.values(hostsOf(name, role)).map(({ site }) => site ?? only),
  );
  for (const [name, { cidr }] of Object.entries(sites)) {
    const count = places.filter((place) => place === name).length;
    const room = Math.max(0, 2 ** (32 - Number(cidr.split("/")[1])) - taken);
    if (count > room)
      wrong(
        ["sites", name, "cidr"],
        `${cidr} has addresses for ${room} hosts, and ${count} are there: write a wider range`,
      );
  }
}
