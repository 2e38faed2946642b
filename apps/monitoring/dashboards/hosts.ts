import type { Dashboard, Panel } from "./panel.ts";

const busy = 'rate(node_cpu_seconds_total{mode="idle",SELECT}[$__rate_interval])';
const disks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|fuse.*"';

/** What machines are asked for, by a label that hosts are chosen and told apart by. */
function panels(by: "role" | "instance"): Panel[] {
  const select = `${by}=~"$${by}"`;
  const of = (expr: string) => expr.replaceAll("SELECT", select);
  const named = `{{${by}}}`;
  return [
    { title: "Hosts that are heard of", queries: [[of(`sum by (${by}) (up{job="node-exporter",SELECT})`), named]] },
    { title: "Processor", unit: "percentunit", queries: [[`1 - avg by (${by}) (${of(busy)})`, named]] },
    {
      ...{ title: "Memory", unit: "percentunit" },
      queries: [
        [
          of(
            `1 - sum by (${by}) (node_memory_MemAvailable_bytes{SELECT}) / sum by (${by}) (node_memory_MemTotal_bytes{SELECT})`,
          ),
          named,
        ],
      ],
    },
    {
      ...{ title: "Least room of a disk", unit: "percentunit" },
      queries: [
        [
          of(
            `min by (${by}) (node_filesystem_avail_bytes{${disks},SELECT} / node_filesystem_size_bytes{${disks},SELECT})`,
          ),
          named,
        ],
      ],
    },
    {
      ...{ title: "Received", unit: "Bps" },
      queries: [
        [of(`sum by (${by}) (rate(node_network_receive_bytes_total{device!="lo",SELECT}[$__rate_interval]))`), named],
      ],
    },
    {
      ...{ title: "Sent", unit: "Bps" },
      queries: [
        [of(`sum by (${by}) (rate(node_network_transmit_bytes_total{device!="lo",SELECT}[$__rate_interval]))`), named],
      ],
    },
    { title: "Load of a minute", queries: [[of(`avg by (${by}) (node_load1{SELECT})`), named]] },
    {
      ...{ title: "Lost on the way in", unit: "pps" },
      queries: [[of(`sum by (${by}) (rate(node_network_receive_drop_total{SELECT}[$__rate_interval]))`), named]],
    },
  ];
}

const choice = (label: string) => ({ name: label, label, of: 'up{job="node-exporter"}' });

export const roles: Dashboard = { id: "roles", title: "Roles", choices: [choice("role")], panels: panels("role") };
export const hosts: Dashboard = {
  id: "hosts",
  title: "Hosts",
  choices: [choice("instance")],
  panels: panels("instance"),
};
