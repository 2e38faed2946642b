import { stringify } from "yaml";

/**
 * Groups of processes by what they are of, with the names of their programs. What is not listed is a group by its own name. A program that
 * several applications have is told apart by the host that it runs on.
 */
export const processGroups: Readonly<Record<string, readonly string[]>> = {
  systemd: ["systemd", "systemd-journald", "systemd-logind", "systemd-networkd", "systemd-resolved", "systemd-udevd"],
  ssh: ["sshd", "sshd-session"],
  k3s: ["k3s", "k3s-server", "k3s-agent"],
  containerd: ["containerd", "containerd-shim-runc-v2", "runc"],
  docker: ["dockerd", "docker-proxy", "docker-compose"],
  monitoring: ["prometheus", "alertmanager", "grafana", "node_exporter", "process-exporter", "kube-state-metrics"],
  // of stores, and of BigBlueButton
  ...{ postgres: ["postgres"], redis: ["redis-server"], nginx: ["nginx"], haproxy: ["haproxy"] },
  // since Node 24 by the name of its first thread
  node: ["node", "MainThread"],
  // Scalelite and Greenlight, and BigBlueButton's recordings
  ruby: ["ruby", "puma", "rake", "bundle"],
  ingress: ["traefik"],
  turn: ["turnserver"],
  // of BigBlueButton alone: bbb-web and its two brokers, voices, cameras and screens, what is drawn and written
  ...{
    java: ["java"],
    freeswitch: ["freeswitch"],
    media: ["mediasoup-worker", "livekit-server", "bbb-webrtc-recorder"],
  },
  graphql: ["graphql-engine", "bbb-graphql-middleware"],
};

/** Of a program's name the kernel keeps these bytes. */
const kept = 15;

/** The file that process-exporter reads at its start, in its folder. */
export const processFile = "processes.yml";

/** The files of process-exporter's configuration, by name. The first group that fits has a process. */
export function processFiles(): Readonly<Record<string, string>> {
  const listed = Object.entries(processGroups).map(([name, programs]) => ({
    name,
    comm: programs.map((program) => program.slice(0, kept)),
  }));
  // threads of the kernel have no command line: of them there are hundreds, whose names end in numbers
  const others = { name: "{{.Comm}}", cmdline: [".+"] };
  return { [processFile]: stringify({ process_names: [...listed, others] }, { lineWidth: 0 }) };
}

/** Samples that a reading may have: 17 of each group, so nearly 300 groups. */
const mostSamples = 5000;

/** What the kernel tells of others' processes to root alone: it would be 0 of all. */
const untold = "namedprocess_namegroup_(read_bytes_total|write_bytes_total|open_filedesc|worst_fd_ratio|threads_wchan)";

/**
 * What is kept of a job's readings. Pods bring programs of any name: a host that has too many names is not read, and told as a target that is
 * down, before it fills Prometheus.
 */
export function boundsOf(job: string) {
  if (job !== "process-exporter") return {};
  return {
    sample_limit: mostSamples,
    metric_relabel_configs: [{ source_labels: ["__name__"], regex: untold, action: "drop" }],
  };
}
