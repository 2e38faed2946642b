import type { Section } from "./fit.ts";
import type { Form } from "./form.ts";
import type { HostChange } from "./hosts.ts";
import { minutes } from "./minutes.ts";
import type { Plan } from "./plan.ts";

const words: Readonly<Record<HostChange["kind"], string>> = { replace: "replaced", delete: "deleted", create: "made" };

/** The hosts that change, in the order in which they begin, and how long they take. Nothing where none does. */
export function hostSection({ hosts, minutes: { least, most } }: Plan, form: Form): Section[] {
  if (hosts.length === 0) return [];
  const rows = hosts.map((host, place) => [
    ...[String(place + 1), host.name, host.role ?? "", words[host.kind], host.after ?? "", spell(host)],
    ...[host.window ?? "", host.replacing.join(", ")],
  ]);
  const { head, rows: lines } = form.table(
    ["#", "host", "role", "is", "after", "at most", "window", "because of"],
    rows,
  );
  return [
    {
      head: [
        form.section(`Hosts, in the order in which they roll (${hosts.length})`),
        `It takes ${minutes(most)} at most, or the update stops; at least ${minutes(least)}, in which new hosts are watched. Windows come on top.`,
        ...["", ...head],
      ],
      lines,
      more: (count) => `${form.table([], [[`and ${count} more, which 'estate preview --json' shows`]]).rows[0]}`,
    },
  ];
}

function spell({ kind, limits }: HostChange): string {
  if (!limits) return "";
  const { drain, join, soak } = limits;
  const steps = [
    ...(kind === "create" ? [] : [`drain ${minutes(drain)}`]),
    ...(kind === "delete" ? [] : [`join ${minutes(join)}`, `soak ${minutes(soak)}`]),
  ];
  return steps.join(", ");
}
