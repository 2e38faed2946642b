import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { application as ingress } from "../../../../apps/ingress/app.ts";
import { policy, stateRole } from "../../../../apps/monitoring/access.ts";
import { alertmanagerYml } from "../../../../apps/monitoring/alertmanager.ts";
import { alertmanager } from "../../../../apps/monitoring/alertmanagerPod.ts";
import { paceOf, prometheusYml } from "../../../../apps/monitoring/config.ts";
import { backupFolder, monitoringFacts } from "../../../../apps/monitoring/facts.ts";
import { hostsDaemonSet } from "../../../../apps/monitoring/hosts.ts";
import { kubeState } from "../../../../apps/monitoring/kubeState.ts";
import { prometheus, prometheusFiles } from "../../../../apps/monitoring/prometheus.ts";
import { readService } from "../../../../apps/monitoring/reading.ts";
import { hostJobs, podJobs, targetsFile } from "../../../../apps/monitoring/targets.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { derived, withMonitoring } from "./facts.ts";

const facts = deriveFacts(estate(withMonitoring));
const known = derived();
// biome-ignore lint/suspicious/noExplicitAny: YAML as the program reads it
const config: any = parse(prometheusYml(known.prometheus));
const place = {
  host: { name: "worker-01", taints: ["estate/dedicated=store:NoSchedule"] },
  volume: { path: "/var/lib/monitoring", sizeGiB: 20 },
};

describe("what is read", () => {
  it("is what the catalogue of hosts marks, where something brings it", () => {
    const jobs = hostJobs(facts);
    expect(jobs.map(({ name, port, hosts }) => [name, port, hosts.length])).toEqual([
      ["node-exporter", 9100, 8],
      ["turn-exporter", 9641, 2],
      ["process-exporter", 9256, 8],
    ]);
    const without = hostJobs({ ...facts, apps: facts.apps.filter(({ name }) => name !== "coturn") });
    expect(without.map(({ name }) => name)).toEqual(["node-exporter", "process-exporter"]);
    const settings = { enabled: true };
    const bbb = hostJobs({ ...facts, apps: [...facts.apps, { name: "bbb", settings, uses: [], ports: {} }] });
    expect(bbb.find(({ name }) => name === "bbb-exporter")?.hosts.map(({ name }) => name)).toEqual([
      "bbb-01",
      "bbb-02",
    ]);
  });

  it("is each host by its own address, called by its name", () => {
    const [job] = hostJobs(facts).filter(({ name }) => name === "turn-exporter");
    if (!job) throw new Error("no job");
    expect(JSON.parse(targetsFile(job, { "turn-01": "10.20.0.31", "turn-02": "10.20.0.32" }))).toEqual([
      { targets: ["10.20.0.31:9641"], labels: { instance: "turn-01", role: "turn", site: "local" } },
      { targets: ["10.20.0.32:9641"], labels: { instance: "turn-02", role: "turn", site: "local" } },
    ]);
  });

  it("is every port of pods that an application marks, found by the orchestrator's DNS", () => {
    const jobs = podJobs(facts);
    expect(jobs.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "feedback-private",
        "registrator-http",
        "monitoring-prometheus",
        "monitoring-alertmanager",
        "monitoring-kube-state",
      ]),
    );
    const [feedback] = jobs.filter(({ name }) => name === "feedback-private");
    if (!feedback) throw new Error("no job");
    expect(readService(feedback)).toMatchObject({
      metadata: { name: "monitoring-read-feedback-private" },
      spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: { "app.kubernetes.io/name": "feedback" } },
    });
    const scrape = config.scrape_configs.find(({ job_name }: { job_name: string }) => job_name === "feedback-private");
    expect(scrape.dns_sd_configs).toEqual([
      { names: ["monitoring-read-feedback-private"], type: "A", port: 8081, refresh_interval: "15s" },
    ]);
  });

  it("is a job for each application that has a Redis of its own, by whose name it is told apart", () => {
    const [job] = podJobs(facts).filter(({ name }) => name === "redis-exporter-scalelite");
    if (!job) throw new Error("no job");
    expect(job.selector).toEqual({
      ...{ "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "scalelite-redis" },
      "app.kubernetes.io/component": "exporter",
    });
    const scrape = config.scrape_configs.find(({ job_name }: { job_name: string }) => job_name === job.name);
    expect(scrape.relabel_configs).toEqual([{ target_label: "application", replacement: "scalelite" }]);
  });

  it("leads to the part that has the port, where others of the application have not", () => {
    const [gate] = podJobs({ apps: [{ name: "ingress", uses: [], ports: ingress.ports ?? {} }] });
    expect(gate?.selector).toEqual({ "app.kubernetes.io/name": "ingress", "app.kubernetes.io/component": "gate" });
  });

  it("is also what is registered in Consul, where the estate has it: with the labels that the document gives", () => {
    const withConsul = monitoringFacts(
      { ...facts, apps: [...facts.apps, { name: "consul", uses: [], ports: {}, settings: { enabled: true } }] },
      { scrapeSeconds: 30, leastBbb: "3.0.35" },
    );
    const jobs = parse(prometheusYml(withConsul.prometheus)).scrape_configs;
    const of = (name: string) => jobs.find(({ job_name }: { job_name: string }) => job_name === name);
    expect(of("node-exporter")).toMatchObject({
      file_sd_configs: [{ files: ["/targets/node-exporter.json"] }],
      consul_sd_configs: [
        {
          ...{ server: "consul:8500", datacenter: "estate", services: ["node-exporter"] },
          authorization: { credentials_file: "/consul/token" },
        },
      ],
      relabel_configs: [
        { source_labels: ["__meta_consul_node"], regex: "(.+)", target_label: "instance" },
        { source_labels: ["__meta_consul_metadata_role"], regex: "(.+)", target_label: "role" },
        { source_labels: ["__meta_consul_metadata_site"], regex: "(.+)", target_label: "site" },
      ],
    });
    expect(of("registrator-http")).not.toHaveProperty("consul_sd_configs");
    expect(JSON.stringify(config)).not.toContain("consul");
    const mounts = (one: typeof known) =>
      prometheus(one, { data: place, memoryMiB: 1024, keepDays: 30 }).spec.template.spec.containers[0]?.volumeMounts;
    expect(mounts(withConsul)).toContainEqual(expect.objectContaining({ mountPath: "/consul", readOnly: true }));
    expect(mounts(known)).not.toContainEqual(expect.objectContaining({ mountPath: "/consul" }));
  });

  it("has a job for each, and the pace that it needs", () => {
    const names = config.scrape_configs.map(({ job_name }: { job_name: string }) => job_name);
    expect(names).toEqual(known.rules.jobs);
    expect(paceOf("bbb-exporter", 15)).toEqual({ interval: 60, timeout: 45 });
    expect(paceOf("node-exporter", 15)).toEqual({ interval: 15, timeout: 10 });
    for (const { scrape_interval, scrape_timeout } of config.scrape_configs)
      expect(Number.parseInt(scrape_timeout, 10)).toBeLessThanOrEqual(Number.parseInt(scrape_interval, 10));
  });
});

describe("Prometheus", () => {
  const spec = (change: object = {}) =>
    prometheus(known, { data: place, memoryMiB: 1024, keepDays: 30, ...change }).spec.template;

  it("keeps what fits in its volume, on its host, and can be told nothing", () => {
    const { spec: pod } = spec();
    expect(pod.containers[0]?.command).toEqual(
      expect.arrayContaining(["--storage.tsdb.retention.time=30d", "--storage.tsdb.retention.size=15360MB"]),
    );
    expect(pod.containers[0]?.command.join(" ")).not.toMatch(/lifecycle|admin-api|remote-write/);
    expect(pod.tolerations).toEqual([
      { key: "estate/dedicated", operator: "Equal", value: "store", effect: "NoSchedule" },
    ]);
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  it("is started anew by other rules, and not by other hosts", () => {
    const mark = (change: typeof known) =>
      prometheus(change, { data: place, memoryMiB: 1024, keepDays: 30 }).spec.template.metadata.annotations[
        "estate/config"
      ];
    expect(mark({ ...known, rules: { ...known.rules, leastBbb: "3.0.36" } })).not.toBe(mark(known));
    const more = estate((document) => {
      withMonitoring(document);
      document.roles.turn.count = 3;
    });
    const [before, after] = [facts, deriveFacts(more)].map((one) => hostJobs(one));
    const files = (jobs: typeof before) =>
      prometheusFiles({ ...known, prometheus: { ...known.prometheus, hostJobs: jobs ?? [] } });
    expect(files(after)).toEqual(files(before));
  });
});

describe("what brings measurements", () => {
  const { spec } = hostsDaemonSet({ textfiles: backupFolder(facts) });
  const pod = spec.template.spec;

  it("is on every host, listens where the catalogue has it open, and can change nothing", () => {
    expect(pod.tolerations).toEqual([{ operator: "Exists" }]);
    expect(pod.containers[0]?.command).toContain("--web.listen-address=$(HOST_IP):9100");
    expect(pod.containers[0]?.volumeMounts).toEqual([
      { name: "host", mountPath: "/host", readOnly: true, mountPropagation: "HostToContainer" },
    ]);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
  });

  it("reads what backups leave, as their group; and nothing where there are none", () => {
    expect(pod.containers[0]?.command).toContain("--collector.textfile.directory=/host/var/lib/backups/metrics");
    expect(pod.securityContext).toMatchObject({ supplementalGroups: [999] });
    const without = { ...facts, apps: facts.apps.filter(({ name }) => name !== "postgres") };
    expect(JSON.stringify(hostsDaemonSet({ textfiles: backupFolder(without) }))).not.toContain("textfile");
  });

  it("tells of workloads, and is shown no Secret", () => {
    const rules = stateRole().rules.flatMap(({ resources, verbs }) => [...resources, ...verbs]);
    expect(rules).not.toEqual(expect.arrayContaining(["secrets"]));
    expect(new Set(rules.filter((word) => /^(get|create|update|patch|delete|\*)$/.test(word)))).toEqual(new Set());
    const [container] = kubeState().spec.template.spec.containers;
    const told = container?.command
      .join(" ")
      .match(/--resources=(\S+)/)?.[1]
      ?.split(",");
    expect(told?.sort()).toEqual(
      stateRole()
        .rules.flatMap(({ resources }) => resources)
        .sort(),
    );
  });
});

describe("Alertmanager", () => {
  it("has no secret in its configuration, and reads it from files", () => {
    const mail = { to: "operators@example.org", from: "estate@example.org", server: "mail.example.org", port: 587 };
    const notify = { webhook: { secret: "chat" }, mail: { ...mail, user: "estate", secret: "mail" } };
    const { receivers } = parse(alertmanagerYml(notify));
    expect(receivers).toEqual([
      {
        name: "operators",
        webhook_configs: [{ url_file: "/notify/webhook/url", send_resolved: true }],
        email_configs: [
          {
            ...{
              to: mail.to,
              from: mail.from,
              smarthost: "mail.example.org:587",
              auth_username: "estate",
              require_tls: true,
            },
            ...{ auth_password_file: "/notify/mail/password", send_resolved: true },
          },
        ],
      },
    ]);
    const { volumes } = alertmanager({ data: place, notify }).spec.template.spec;
    expect(volumes.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(["chat", "mail"]);
    expect(parse(alertmanagerYml({})).receivers).toEqual([{ name: "operators" }]);
  });

  it("is silent of targets of a host that is gone, but not of what is said of meetings there", () => {
    const { inhibit_rules } = parse(alertmanagerYml({}));
    expect(inhibit_rules[0]).toEqual({
      ...{ source_matchers: ['alertname="HostUnseen"'], target_matchers: ['alertname="TargetDown"'] },
      equal: ["instance"],
    });
  });
});

describe("who reaches whom", () => {
  const reached = {
    apps: facts.apps,
    hosts: ["10.20.0.0/24"],
    orchestrators: ["10.20.0.11"],
    hostJobs: hostJobs(facts),
    notified: [{ cidr: "198.51.100.7/32", port: 587 }],
  };

  it("Prometheus: what it reads, hosts at the catalogue's ports and applications that name it", () => {
    const { egress } = policy("prometheus", reached).spec;
    expect(egress).toContainEqual({
      to: [{ ipBlock: { cidr: "10.20.0.0/24" } }],
      ports: [9100, 9641, 9256].map((port) => ({ port, protocol: "TCP" })),
    });
    const open = JSON.stringify(egress);
    expect(open).toContain(
      '{"to":[{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"feedback"}}}],"ports":[{"port":8081',
    );
    // of stores their exporters, and no store
    expect(open).not.toMatch(/"port":(3000|5432|6379)\D|0\.0\.0\.0/);
    expect(open).toContain('"app.kubernetes.io/name":"postgres"}}}],"ports":[{"port":9187,"protocol":"TCP"}]');
    // without hosts to read there is no rule for all ports
    expect(JSON.stringify(policy("prometheus", { ...reached, hostJobs: [] }).spec.egress)).not.toContain(
      "10.20.0.0/24",
    );
  });

  it("Alertmanager: nobody but where alerts are sent; and only Prometheus reaches it", () => {
    const { ingress, egress } = policy("alertmanager", reached).spec;
    expect(egress.slice(1)).toEqual([
      { to: [{ ipBlock: { cidr: "198.51.100.7/32" } }], ports: [{ port: 587, protocol: "TCP" }] },
    ]);
    expect(ingress).toEqual([
      {
        from: [
          {
            podSelector: {
              matchLabels: { "app.kubernetes.io/name": "monitoring", "app.kubernetes.io/component": "prometheus" },
            },
          },
        ],
        ports: [{ port: 9093, protocol: "TCP" }],
      },
    ]);
  });
});

it("kube-state-metrics reaches the orchestrator's API, and nothing else", () => {
  const reached = {
    apps: facts.apps,
    hosts: ["10.20.0.0/24"],
    orchestrators: ["10.20.0.11"],
    hostJobs: [],
    notified: [],
  };
  expect(policy("kube-state", reached).spec.egress).toEqual([
    { to: [{ ipBlock: { cidr: "10.20.0.11/32" } }], ports: [{ port: 6443, protocol: "TCP" }] },
  ]);
});

describe("the document", () => {
  const written = (settings: object) => () => estate((document) => withMonitoring(document, settings));

  it("names a volume that is there", () => {
    expect(written({ volume: "elsewhere" })).toThrow("apps.monitoring.volume: role worker has no volume elsewhere");
    expect(written({ host: "worker-09" })).toThrow("apps.monitoring.host: there is no host worker-09");
  });

  it("sends alerts only where hosts may reach", () => {
    const webhook = { secret: "chat", cidr: "198.51.100.7/32", port: 443 };
    expect(written({ notify: { webhook } })).toThrow(
      "apps.monitoring.notify.webhook.cidr: no host may reach 198.51.100.7/32 at 443: write network.downloads.alerts: { cidr: 198.51.100.7/32, port: 443 } too",
    );
    const opened = () =>
      estate((document) => {
        withMonitoring(document, { notify: { webhook } });
        document.network.downloads.alerts = { cidr: webhook.cidr, port: webhook.port };
      });
    expect(opened).not.toThrow();
  });

  it("names where a mail user's password is", () => {
    const mail = {
      to: "a@example.org",
      from: "b@example.org",
      server: "mail.example.org",
      cidr: "198.51.100.7/32",
      port: 587,
    };
    expect(written({ notify: { mail: { ...mail, user: "estate" } } })).toThrow(
      "apps.monitoring.notify.mail.secret: missing",
    );
  });
});
