export const port = 6379;
/** Where its exporter is read. */
export const exporterPort = 9121;
/** User and group of the official image. */
export const user = 999;
/** The claim of the volume that all servers are on, a folder each. */
export const data = "redis-data";
export const scriptsName = "redis-scripts";

/** The server of an application: its Service, its StatefulSet, and the Secret with url and password. */
export function instanceName(application: string): string {
  return `${application}-redis`;
}

/** A part: the server of an application, the job that changes its users, or what tells of it. */
export type Part = "server" | "job" | "exporter";

export function labelsOf(application: string, component: Part) {
  return { ...selectorOf(application, component), "app.kubernetes.io/part-of": "estate" };
}

export function selectorOf(application: string, component: Part) {
  const name = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": instanceName(application) };
  return { ...name, "app.kubernetes.io/component": component };
}

/** Its exporter: the Deployment, its policy, and the Secret with its password. */
export function exporterName(application: string): string {
  return `${instanceName(application)}-exporter`;
}
