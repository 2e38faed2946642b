import { byText } from "../map/order.ts";
import type { Finding } from "../up/events.ts";

/** A policy that must wait for the update: of these resources it reads a value that is not known before. */
export interface Unjudged {
  readonly pack: string;
  readonly policy: string;
  readonly resources: number;
}

/** As the library of policy packs says it, whatever the policy's level. */
const notYet = /^can't run policy '.+' from policy pack '.+' during preview: /;

/** What policies found, and which of them cannot tell before the update: the first plan of an estate has hundreds of such. */
export function judgedApart(findings: readonly Finding[]): { judged: Finding[]; unjudged: Unjudged[] } {
  const waits = ({ message }: Finding) => notYet.test(message);
  const byPolicy = new Map<string, Unjudged>();
  for (const { pack, policy } of findings.filter(waits)) {
    const key = `${pack}/${policy}`;
    byPolicy.set(key, { pack, policy, resources: (byPolicy.get(key)?.resources ?? 0) + 1 });
  }
  return {
    judged: findings.filter((finding) => !waits(finding)),
    unjudged: [...byPolicy.entries()].sort(([a], [b]) => byText(a, b)).map(([, one]) => one),
  };
}
