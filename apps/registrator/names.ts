/** The registrator's Deployment, Service, account, Secret and policy. */
export const name = "registrator";
export const port = 8080;
/** User and group of its container. */
export const user = 65_532;
export const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "estate" };
export const selector = { "app.kubernetes.io/name": name };
