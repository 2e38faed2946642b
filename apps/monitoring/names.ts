import { selectorOfPart } from "../labels.ts";

/** The folder's name: the label of all pods, by which others let them in. */
export const app = "monitoring";

/** Names that are fixed: of a part's workload, configuration, policy and Service. */
export const names = {
  prometheus: "monitoring-prometheus",
  alertmanager: "monitoring-alertmanager",
  "kube-state": "monitoring-kube-state",
  grafana: "monitoring-grafana",
  hosts: "monitoring-hosts",
  processes: "monitoring-processes",
} as const;

export type Part = keyof typeof names;
/** Parts that have a pod on every host, with its address. */
export type OnHosts = "hosts" | "processes";
/** Parts with an address of their own. */
export type Served = Exclude<Part, OnHosts>;

/** Ports of the parts, by the names that containers and Services have for them. */
export const ports = {
  prometheus: 9090,
  alertmanager: 9093,
  "kube-state": 8080,
  grafana: 3000,
} as const satisfies Record<Served, number>;

/** The claim of the data volume. */
export const data = "monitoring-data";
/** User and group of every part: `nobody`, as the images of Prometheus have it. */
export const user = 65_534;

/** Where containers find what they are given. */
export const folders = {
  config: "/config",
  targets: "/targets",
  notify: "/notify",
  consul: "/consul",
  data: "/data",
} as const;

export function selectorOf(part: Part) {
  return selectorOfPart(app, part);
}

export function labelsOf(part: Part) {
  return { ...selectorOf(part), "app.kubernetes.io/part-of": "estate" };
}
