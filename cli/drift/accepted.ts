import type { Finding } from "./finding.ts";

/** A difference that is known and is no drift. */
export interface Accepted {
  /** Why it is none, for those who ask what was left out. */
  readonly reason: string;
  readonly accepts: (finding: Finding) => boolean;
}

/** Known noise. It is accepted here, with a reason, and nowhere else: a job that ignores things does not say why. */
export const accepted: readonly Accepted[] = [
  {
    reason: "status, generation and the revision of a rollout are written by the cluster's controllers",
    accepts: ({ answer, type, paths }) =>
      answer === "cloud" &&
      type.startsWith("kubernetes:") &&
      paths.length > 0 &&
      paths.every((path) =>
        /^(status|metadata\.(generation|resourceVersion|managedFields)|metadata\.annotations\W*deployment\.kubernetes\.io)/.test(
          path,
        ),
      ),
  },
];

/** Findings that are told, and those that are accepted, each with its reason. */
export function sift(findings: readonly Finding[], rules = accepted): Sifted {
  const kept: Finding[] = [];
  const known: { finding: Finding; reason: string }[] = [];
  for (const finding of findings) {
    const rule = rules.find(({ accepts }) => accepts(finding));
    if (rule) known.push({ finding, reason: rule.reason });
    else kept.push(finding);
  }
  return { kept, known };
}

export interface Sifted {
  readonly kept: readonly Finding[];
  readonly known: readonly { readonly finding: Finding; readonly reason: string }[];
}
