import { isIPv4 } from "node:net";
import { overlap, startOf } from "./cidr.ts";
import { reverseZones } from "./reverse.ts";
import type { Estate } from "./schema.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** Ranges of floating IPs must be such that their reverse zones can have been delegated: whole bytes, and nobody else's. */
export function checkReverseRanges({ network, sites, orchestrator }: Estate, wrong: Wrong): void {
  if (network.mode !== "private") return;
  const taken: [string, string][] = [
    ...Object.entries(sites).map(([name, { cidr }]): [string, string] => [`sites.${name}.cidr`, cidr]),
    ["orchestrator.podCidr", orchestrator.podCidr],
    ["orchestrator.serviceCidr", orchestrator.serviceCidr],
  ];
  const ranges = Object.entries(network.reverseRanges);
  for (const [index, [name, cidr]] of ranges.entries()) {
    const say = (message: string) => wrong(["network", "reverseRanges", name], `${cidr} ${message}`);
    checkLength(cidr, say);
    for (const [place, other] of taken)
      if (overlap(cidr, other))
        say(`overlaps ${place} (${other}): write ranges of the external network, where floating IPs come from`);
    for (const [other, range] of ranges.slice(0, index))
      if (overlap(cidr, range)) say(`overlaps network.reverseRanges.${other} (${range}): keep one of the two`);
  }
}

function checkLength(cidr: string, say: (message: string) => void): void {
  const [address = "", prefix] = cidr.split("/");
  const length = Number(prefix);
  // what is no range at all is told where it stands
  if (!isIPv4(address) || !(length <= 32)) return;
  if (length < 8) say("is wider than any reverse zone: write the ranges whose zones are delegated to the estate");
  if (length > 24) {
    const [zone] = reverseZones(cidr);
    const whole = startOf(`${address}/24`);
    say(`has no reverse zone of its own: write ${whole} if all of ${zone} is the estate's, or leave it out`);
  }
}
