import type { Dashboard } from "./panel.ts";

const host = 'instance=~"$instance"';
const most = (expr: string) => `topk(12, sum by (groupname) (${expr}))`;
const group = "{{groupname}}";

/** What groups of processes take of hosts: those that take most. */
export const processes: Dashboard = {
  ...{ id: "processes", title: "Processes" },
  choices: [{ name: "instance", label: "instance", of: 'up{job="process-exporter"}' }],
  panels: [
    {
      title: "Processors that are busy",
      queries: [[most(`rate(namedprocess_namegroup_cpu_seconds_total{${host}}[$__rate_interval])`), group]],
    },
    {
      ...{ title: "Memory", unit: "bytes" },
      queries: [[most(`namedprocess_namegroup_memory_bytes{memtype="resident",${host}}`), group]],
    },
    { title: "Processes", queries: [[most(`namedprocess_namegroup_num_procs{${host}}`), group]] },
    {
      title: "Waiting for a disk, or not fetched by who started them",
      queries: [[most(`namedprocess_namegroup_states{state=~"Waiting|Zombie",${host}}`), group]],
    },
  ],
};
