import type { Dashboard } from "./panel.ts";

/** TURN servers. coturn adds the traffic of a relay when it ends, so that the curves are steps. */
export const turn: Dashboard = {
  ...{ id: "turn", title: "TURN" },
  panels: [
    { title: "Relays", queries: [["sum by (instance) (turn_total_allocations)", "{{instance}}"]] },
    { title: "Relays by way", queries: [["sum by (type) (turn_total_allocations)", "{{type}}"]] },
    {
      ...{ title: "From people", unit: "Bps" },
      queries: [["sum by (instance) (rate(turn_total_traffic_rcvb[$__rate_interval]))", "{{instance}}"]],
    },
    {
      ...{ title: "To people", unit: "Bps" },
      queries: [["sum by (instance) (rate(turn_total_traffic_sentb[$__rate_interval]))", "{{instance}}"]],
    },
  ],
};
