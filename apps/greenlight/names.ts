import { selectorOfPart } from "../labels.ts";

/** The folder's name: the label of all pods, by which the data stores let them in. */
export const app = "greenlight";

/** Names that are fixed: of a part's workload and policy, and of the portal's Service. */
export const names = { portal: "greenlight", migration: "greenlight-migration" } as const;

export type Part = keyof typeof names;

/** Where the portal takes requests. */
export const webPort = 3000;

/** Any but root: the image's files can be read by everybody, and nothing is written but in what is mounted. */
export const user = 1000;

/** Where the image has the program. */
export const folder = "/usr/src/app";

export function selectorOf(part: Part) {
  return selectorOfPart(app, part);
}
