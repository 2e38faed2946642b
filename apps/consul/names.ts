import { selectorOfPart } from "../labels.ts";

/** The folder's name: the label of all pods, by which others let them in. */
export const app = "consul";

/** Servers, and the keeper that registers the estate's services with them. */
export type Part = "server" | "keeper";

/** Names that are fixed: of a part's workload, policy, Secret, and of the servers' Service. */
export const names = { server: app, keeper: `${app}-keeper` } as const satisfies Record<Part, string>;

/** The Service by which servers find each other, those that are not ready too; and the name of pods in it is that of their node. */
export const peersName = `${app}-servers`;
/** The Secret with the tokens and rights that servers are told. */
export const rightsName = `${app}-rights`;

/** What servers listen on. @source Consul's documentation, "Required ports" */
export const ports = { http: 8500, rpc: 8300, serf: 8301 } as const;

/** User and group of its image. */
export const user = 100;
/** Consul's own name for where it is; its metrics and Prometheus' discovery name it. */
export const datacenter = "estate";

/** Where containers find what they are given. */
export const folders = {
  config: "/config",
  data: "/data",
  rights: "/rights",
  catalogue: "/catalogue",
  run: "/run/keeper",
};

/** The name of a server, of its pod and of its node in Consul. */
export function nodeOf(index: number): string {
  return `${names.server}-${index}`;
}

/** The claim of a server, as a StatefulSet calls it. */
export function claimOf(index: number): string {
  return `data-${nodeOf(index)}`;
}

export function selectorOf(part: Part) {
  return selectorOfPart(app, part);
}

export function labelsOf(part: Part) {
  return { ...selectorOf(part), "app.kubernetes.io/part-of": "estate" };
}
