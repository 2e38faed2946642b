import { stringify } from "yaml";
import { folders, names, ports } from "./names.ts";
import { boundsOf } from "./processes.ts";
import { readName } from "./reading.ts";
import type { HostJob, PodJob } from "./targets.ts";

/** How often a target is read and how long that may take, in seconds. */
export interface Pace {
  readonly interval: number;
  readonly timeout: number;
}

/**
 * The pace of a job. BigBlueButton's exporter asks for all recordings at each reading, which takes long where there are hundreds: it is
 * read less often and has longer, or it would be missing just where there is most to see.
 */
export function paceOf(job: string, scrapeSeconds: number): Pace {
  const interval = job === "bbb-exporter" ? Math.max(60, scrapeSeconds) : scrapeSeconds;
  return { interval, timeout: job === "bbb-exporter" ? 45 : Math.min(10, scrapeSeconds) };
}

/** Consul, as Prometheus asks it. */
export interface ConsulFacts {
  /** Name and port. */
  readonly server: string;
  readonly datacenter: string;
}

export interface PrometheusFacts {
  /** Of the estate: the label by which several are told apart in one place. */
  readonly estate: string;
  readonly scrapeSeconds: number;
  readonly hostJobs: readonly HostJob[];
  readonly podJobs: readonly PodJob[];
  /** Where hosts are also found by what is registered there. */
  readonly consul?: ConsulFacts;
}

/** prometheus.yml. Changing it restarts Prometheus; hosts come and go in the files of targets, which it follows. */
export function prometheusYml({ estate, scrapeSeconds, hostJobs, podJobs, consul }: PrometheusFacts): string {
  const { interval, timeout } = paceOf("", scrapeSeconds);
  const paced = (name: string) => {
    const { interval, timeout } = paceOf(name, scrapeSeconds);
    return { job_name: name, scrape_interval: `${interval}s`, scrape_timeout: `${timeout}s` };
  };
  return written({
    global: {
      ...{ scrape_interval: `${interval}s`, scrape_timeout: `${timeout}s`, evaluation_interval: `${interval}s` },
      external_labels: { estate },
    },
    rule_files: [`${folders.config}/alerts-*.yml`],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`${names.alertmanager}:${ports.alertmanager}`] }] }] },
    scrape_configs: [
      ...hostJobs.map(({ name }) => ({
        ...{ ...paced(name), ...boundsOf(name) },
        file_sd_configs: [{ files: [`${folders.targets}/${name}.json`] }],
        ...(consul ? consulDiscovery(name, consul) : {}),
      })),
      ...podJobs.map((job) => ({
        ...paced(job.name),
        dns_sd_configs: [{ names: [readName(job)], type: "A", port: job.port.number, refresh_interval: "15s" }],
        ...(job.user === undefined
          ? {}
          : { relabel_configs: [{ target_label: "application", replacement: job.user }] }),
      })),
    ],
  });
}

/**
 * Targets of a job by the service of its name in Consul, besides those of the document. A host that both know is one target, since its address
 * and labels are the same: Prometheus reads it once. What the file of targets says has no metadata of Consul's, and stays as it is.
 */
function consulDiscovery(service: string, { server, datacenter }: ConsulFacts) {
  const label = (from: string, to: string) => ({ source_labels: [from], regex: "(.+)", target_label: to });
  return {
    consul_sd_configs: [
      {
        // the datacenter is said, or Prometheus would ask the server of itself, which its token may not
        ...{ server, datacenter, services: [service], refresh_interval: "30s" },
        authorization: { credentials_file: `${folders.consul}/token` },
      },
    ],
    relabel_configs: [
      label("__meta_consul_node", "instance"),
      label("__meta_consul_metadata_role", "role"),
      label("__meta_consul_metadata_site", "site"),
    ],
  };
}

/** YAML as the programs read it; long expressions stay on a line. */
export function written(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
