/** Reports to render. */
import type { Finding } from "../../../cli/drift/finding.ts";
import type { Sighted } from "../../../cli/drift/history.ts";
import { type Checked, type Report, reportOf } from "../../../cli/drift/report.ts";
import { types, urnOf } from "./fixtures.ts";

const at = new Date("2026-11-22T12:00:00Z");

export function sighted(finding: Partial<Finding> & Pick<Finding, "name">, timesSeen = 3): Sighted {
  const { name } = finding;
  return {
    ...{ id: Buffer.from(name).toString("hex").padEnd(10, "0").slice(0, 10), answer: "cloud", class: "outage" },
    ...{ owner: "unknown", type: types.record, change: "changed", paths: ["records[0]"], meaning: "it was changed" },
    ...{ firstSeen: "2026-11-22T09:00:00.000Z", timesSeen, ...finding },
  };
}

/** One of each question, some of them hostile. */
export const some = [
  sighted({ name: "dns-api", urn: urnOf(types.record, "dns-api") }),
  sighted({
    name: "worker-01",
    class: "cosmetic",
    type: types.server,
    paths: ["name"],
    urn: urnOf(types.server, "worker-01"),
  }),
  sighted({
    ...{ name: "<script>alert(1)</script> `@all` | x", answer: "unmanaged", class: "security", change: "unknown" },
    ...{ type: types.rule, paths: [], meaning: "a rule that no document has", owner: "human" },
    place: { in: "openstack", kind: "rule", service: "network", path: "/v2.0/security-group-rules/r9" },
  }),
  sighted({ name: "bbb-01", answer: "program", owner: "human", paths: ["imageId"] }, 1),
] as const;

export function reported(more: Partial<Checked> = {}): Report {
  return reportOf({
    ...{ stack: "prod", at, seen: some, accepted: [], troubles: [], compared: 120, sightings: 1 },
    repairs: [
      {
        kind: "update",
        type: types.record,
        name: "dns-api",
        urn: urnOf(types.record, "dns-api"),
        changed: ["records"],
      },
    ],
    ...more,
  });
}
