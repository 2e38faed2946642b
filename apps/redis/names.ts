export const port = 6379;
/** User and group of the official image. */
export const user = 999;
/** The claim of the volume that all servers are on, a folder each. */
export const data = "redis-data";
export const scriptsName = "redis-scripts";

/** The server of an application: its Service, its StatefulSet, and the Secret with url and password. */
export function instanceName(application: string): string {
  return `${application}-redis`;
}

/** Labels of a part: the server of an application, or the job that changes its users. */
export function labelsOf(application: string, component: "server" | "job") {
  return { ...selectorOf(application, component), "app.kubernetes.io/part-of": "estate" };
}

export function selectorOf(application: string, component: "server" | "job") {
  const name = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": instanceName(application) };
  return { ...name, "app.kubernetes.io/component": component };
}
