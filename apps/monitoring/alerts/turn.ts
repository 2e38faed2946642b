import { type AlertGroup, alert } from "../alert.ts";

/** Allocations of a server; one that never had any has no such series, and is there nevertheless. */
const allocations =
  '(sum by (instance) (turn_total_allocations) or sum by (instance) (up{job="turn-exporter"} == 1) * 0)';
/** People in meetings, as the servers themselves count them; all replicas of the registrator say the same. */
const people = "(sum(bbb_meetings_participants) or sum(max by (server) (registrator_server_people)))";

/** TURN servers. */
export function turnAlerts(): AlertGroup {
  return {
    name: "turn",
    rules: [
      alert("TurnDown", {
        ...{ severity: "critical", for: "2m" },
        expr: 'up{job="turn-exporter"} == 0',
        summary: "The TURN server of {{ $labels.instance }} does not answer",
        cure: "kubectl -n estate logs deploy/coturn-{{ $labels.instance }} -c turnserver; the others relay meanwhile",
      }),
      alert("TurnWithoutAllocations", {
        ...{ severity: "warning", for: "30m" },
        expr: `sum(${allocations}) == 0 and on () ${people} > 50`,
        summary: "Of all who meet, nobody is relayed: TURN is out of reach, or its secret is not that of the servers",
        cure: "apps/coturn/README.md: the shared secret; ask from outside with turnutils_uclient",
      }),
      alert("TurnServerUnused", {
        ...{ severity: "warning", for: "1h" },
        expr: `${allocations} == 0 and on () sum(${allocations}) > 10`,
        summary: "{{ $labels.instance }} relays for nobody, and the others do",
        cure: "Is its floating IP reached on 3478 and 443 from outside, and its certificate good?",
      }),
    ],
  };
}
