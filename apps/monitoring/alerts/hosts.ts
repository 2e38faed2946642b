import { type AlertGroup, alert } from "../alert.ts";

/** File systems that hold something; others are of memory, or of images, which are full by nature. */
const disks = 'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|fuse.*"';
const left = `node_filesystem_avail_bytes{${disks}} / node_filesystem_size_bytes{${disks}}`;

/** Hosts: the machines and their disks. */
export function hostAlerts(): AlertGroup {
  return {
    name: "hosts",
    rules: [
      alert("HostNotReady", {
        ...{ severity: "critical", for: "5m" },
        expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0',
        summary: "{{ $labels.node }} is not Ready",
        cure: "kubectl describe node {{ $labels.node }}; its console is in nova: openstack console log show {{ $labels.node }}",
      }),
      alert("HostUnseen", {
        ...{ severity: "warning", for: "5m" },
        expr: 'up{job="node-exporter"} == 0',
        summary: "Nothing is heard of the host {{ $labels.instance }}",
        cure: "kubectl get node {{ $labels.instance }}; if it is Ready: kubectl -n estate get pods -o wide -l app.kubernetes.io/component=hosts",
      }),
      alert("DiskAlmostFull", {
        ...{ severity: "warning", for: "15m" },
        expr: `${left} < 0.15 and ${left} >= 0.05`,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} left",
        cure: "Free something there, or write a larger sizeGiB for the volume in the document and run estate up",
      }),
      alert("DiskFull", {
        ...{ severity: "critical", for: "5m" },
        expr: `${left} < 0.05`,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} left",
        cure: "Free something there at once: databases and recordings stop when nothing can be written",
      }),
      alert("DiskFullSoon", {
        ...{ severity: "warning", for: "1h" },
        expr: `predict_linear(node_filesystem_avail_bytes{${disks}}[6h], 86400) < 0 and ${left} < 0.4`,
        summary: "{{ $labels.mountpoint }} of {{ $labels.instance }} will be full within a day, as it grows now",
        cure: "Find what grows: du -xh --max-depth=2 {{ $labels.mountpoint }} | sort -h | tail",
      }),
      alert("InodesAlmostGone", {
        ...{ severity: "warning", for: "15m" },
        expr: `node_filesystem_files_free{${disks}} / node_filesystem_files{${disks}} < 0.1`,
        summary:
          "{{ $labels.mountpoint }} of {{ $labels.instance }} has inodes for {{ $value | humanizePercentage }} more files",
        cure: "Delete small files there: nothing new can be made when they are gone",
      }),
      alert("MemoryShort", {
        ...{ severity: "warning", for: "10m" },
        expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
        summary: "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its memory left",
        cure: "kubectl top pods -A; give the role a larger flavor, or hosts more",
      }),
      alert("ClockNotSynchronized", {
        ...{ severity: "warning", for: "30m" },
        expr: "node_timex_sync_status == 0",
        summary: "Nothing sets the clock of {{ $labels.instance }}",
        cure: "Look at network.timeServers of the document; credentials of TURN and checks of certificates need the time",
      }),
    ],
  };
}
