import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { prometheusYml } from "../../../../apps/monitoring/config.ts";
import { processesDaemonSet } from "../../../../apps/monitoring/processExporter.ts";
import { boundsOf, processFiles, processGroups } from "../../../../apps/monitoring/processes.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { versions } from "../../../../stacks/versions.ts";
import { estate } from "../../stacks/fixtures.ts";
import { processExporterImage } from "../documents.ts";
import { derived, withMonitoring } from "./facts.ts";

interface Group {
  readonly name: string;
  readonly comm?: readonly string[];
  readonly cmdline?: readonly string[];
}

const groups: readonly Group[] = parse(processFiles()["processes.yml"] ?? "").process_names;

describe("groups of processes", () => {
  it("are found by names as the kernel keeps them, each in one group", () => {
    const names = groups.flatMap(({ comm = [] }) => comm);
    expect(names).toEqual(expect.arrayContaining(["containerd-shim", "turnserver", "sshd", "java"]));
    expect(names.filter((name) => Buffer.byteLength(name) > 15)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("end with one for each other program, and none for threads of the kernel, which have no command line", () => {
    expect(groups.map(({ name }) => name)).toEqual([...Object.keys(processGroups), "{{.Comm}}"]);
    expect(groups.slice(0, -1).filter(({ cmdline }) => cmdline)).toEqual([]);
    const [pattern = ""] = groups.at(-1)?.cmdline ?? [];
    expect(["nginx: worker process", "a", ""].map((line) => new RegExp(pattern).test(line))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("have no series of what is not known, and so many that Prometheus keeps them", () => {
    const { sample_limit, metric_relabel_configs } = boundsOf("process-exporter");
    const [rule] = metric_relabel_configs ?? [];
    const left = ["read_bytes_total", "open_filedesc", "num_procs", "memory_bytes"].filter(
      (name) => !new RegExp(`^(?:${rule?.regex})$`).test(`namedprocess_namegroup_${name}`),
    );
    expect(left).toEqual(["num_procs", "memory_bytes"]);
    const scrapes: { job_name: string }[] = parse(prometheusYml(derived().prometheus)).scrape_configs;
    const limited = scrapes.filter((one) => "sample_limit" in one);
    expect(limited).toEqual([expect.objectContaining({ job_name: "process-exporter", sample_limit })]);
  });
});

describe("process-exporter", () => {
  const { spec } = processesDaemonSet({ image: processExporterImage }).spec.template;
  const [container] = spec.containers;

  it("is on every host, listens where the catalogue has it open, and sees the host's processes and nothing else of it", () => {
    expect(spec).toMatchObject({ hostNetwork: true, tolerations: [{ operator: "Exists" }] });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
    expect(container?.command).toEqual(
      expect.arrayContaining([
        ...["--web.listen-address=$(HOST_IP):9256", "--config.path=/config/processes.yml", "--procfs=/host/proc"],
        "--threads=false",
      ]),
    );
    expect(container?.volumeMounts).toEqual([
      { name: "monitoring-processes", mountPath: "/config", readOnly: true },
      { name: "processes", mountPath: "/host/proc", readOnly: true },
    ]);
    expect(spec.volumes).toContainEqual({ name: "processes", hostPath: { path: "/proc", type: "Directory" } });
  });
});

describe("the document", () => {
  const written = (processExporter: object | undefined) =>
    estate((document) => withMonitoring(document, { processExporter }));
  const open = (processExporter: object | undefined) =>
    deriveFacts(written(processExporter)).rules.flatMap(({ key, from }) => (from === 9256 ? [key] : []));

  it("says the digest of the image", () => {
    expect(() => written({})).toThrow(
      `apps.monitoring.processExporter.image: the digest of ${versions.processExporter} is not known to the project: write ${versions.processExporter}@sha256:...`,
    );
    expect(() => written({ image: versions.processExporter })).toThrow(
      "apps.monitoring.processExporter.image: write an image by digest",
    );
  });

  it("opens the port to monitoring alone, and only where it has process-exporter", () => {
    expect(open({ image: processExporterImage })).toEqual([
      "hosts-in-tcp:9256-from-worker",
      "worker-out-tcp:9256-to-hosts",
    ]);
    expect(open(undefined)).toEqual([]);
    const off = estate((document) => {
      withMonitoring(document);
      document.apps.monitoring.enabled = false;
    });
    expect(deriveFacts(off).rules.filter(({ from }) => from === 9256)).toEqual([]);
  });

  it("keeps the range of node ports clear of it", () => {
    const overlapping = (settings: object) => () =>
      estate((document) => {
        withMonitoring(document, settings);
        document.orchestrator.nodePorts = { from: 9200, to: 9300 };
      });
    expect(overlapping({})).toThrow(
      "orchestrator.nodePorts: 9200-9300 overlaps the ports of process-exporter (9256-9256)",
    );
    expect(overlapping({ processExporter: undefined })).not.toThrow();
  });
});
