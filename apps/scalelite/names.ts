import { selectorOfPart } from "../labels.ts";

/** The folder's name: the label of all pods, by which the data stores let them in. */
export const app = "scalelite";

/** Names that are fixed: of a part's workload, policy and Service. The image of nginx looks for `scalelite-api`, too. */
export const names = {
  api: "scalelite-api",
  nginx: "scalelite-nginx",
  poller: "scalelite-poller",
  importer: "scalelite-importer",
  migration: "scalelite-migration",
  spool: "scalelite-spool",
} as const;

export type Part = keyof typeof names;

/** Where nginx takes requests, and where the API takes those of nginx. */
export const webPort = 8080;
export const apiPort = 3000;
/** Where Prometheus reads what waits for its import. */
export const spoolPort = 9300;

/** Of the image: the user `scalelite`, and the group by which BigBlueButton's hosts hand recordings over. */
export const user = 1000;
export const spoolGroup = 2000;

export function selectorOf(part: Part) {
  return selectorOfPart(app, part);
}
