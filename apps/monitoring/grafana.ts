import { digestOf } from "../../stacks/digest.ts";
import { configMap, scratch, secretFiles } from "../../stacks/mounts.ts";
import { versions } from "../../stacks/versions.ts";
import { written } from "./config.ts";
import { source } from "./dashboards/panel.ts";
import { folders, names, ports } from "./names.ts";
import { deployment, podOf } from "./pods.ts";

/** The ConfigMap of the dashboards. Grafana looks for changed ones while it runs. */
export const dashboardsName = `${names.grafana}-dashboards`;

/** The Secret with the password. */
export const loginName = `${names.grafana}-login`;

const provisioning = "/provisioning";
const dashboards = "/dashboards";
const login = "/login";

/** The files of Grafana's configuration. What it keeps itself is lost with the pod: all that it shows is here. */
export function grafanaFiles({ host }: { readonly host: string }): Readonly<Record<string, string>> {
  return {
    "grafana.ini": [
      ...["[paths]", `data = ${folders.data}`, `plugins = ${folders.data}/plugins`, `provisioning = ${provisioning}`],
      ...["[log]", "mode = console", "[server]", `http_port = ${ports.grafana}`, `root_url = https://${host}/`],
      // read at the start, since what it keeps begins anew with each pod
      ...["[security]", "admin_user = admin", `admin_password = $__file{${login}/password}`],
      ...["cookie_secure = true", "cookie_samesite = strict", "disable_gravatar = true"],
      ...["[users]", "allow_sign_up = false", "[analytics]", "reporting_enabled = false"],
      ...["check_for_updates = false", "check_for_plugin_updates = false", "[plugins]", "preinstall_disabled = true"],
      ...["[dashboards]", `default_home_dashboard_path = ${dashboards}/roles.json`, ""],
    ].join("\n"),
    "datasources.yaml": written({
      apiVersion: 1,
      datasources: [
        {
          ...{ name: "Prometheus", ...source, access: "proxy", isDefault: true, editable: false },
          url: `http://${names.prometheus}:${ports.prometheus}`,
        },
      ],
    }),
    "dashboards.yaml": written({
      apiVersion: 1,
      providers: [
        {
          ...{ name: "estate", type: "file", disableDeletion: true, allowUiUpdates: false, updateIntervalSeconds: 60 },
          options: { path: dashboards },
        },
      ],
    }),
  };
}

/** Deployment of Grafana. It keeps nothing, and reaches Prometheus alone. */
export function grafana(facts: { readonly host: string }) {
  const files = { name: names.grafana, defaultMode: 0o555 };
  const provisioned = (kind: string) => ({
    volume: {
      name: `provision-${kind}`,
      configMap: { ...files, items: [{ key: `${kind}.yaml`, path: `${kind}.yaml` }] },
    },
    mount: { name: `provision-${kind}`, mountPath: `${provisioning}/${kind}`, readOnly: true },
  });
  const pod = podOf({
    ...{ part: "grafana", image: versions.grafana, memoryMiB: 256 },
    command: ["grafana", "server", "--homepath=/usr/share/grafana", `--config=${folders.config}/grafana.ini`],
    mounts: [
      ...[configMap(names.grafana, folders.config), provisioned("datasources"), provisioned("dashboards")],
      ...[configMap(dashboardsName, dashboards), secretFiles(loginName, login)],
      ...[scratch("data", folders.data, "64Mi"), scratch("tmp", "/tmp", "16Mi")],
    ],
    cpu: { request: "20m", limit: "1" },
    ...{ ready: "/api/health", alive: "/api/health", startSeconds: 120, config: digestOf(grafanaFiles(facts)) },
  });
  return deployment("grafana", pod);
}
