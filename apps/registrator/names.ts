import { selectorOf } from "../labels.ts";
import { metadataOf } from "../manifests.ts";

/** The registrator's Deployment, Service, account, Secret and policy. */
export const name = "registrator";
export const port = 8080;
/** User and group of its container. */
export const user = 65_532;
export const selector = selectorOf(name);
/** What every object of it begins with. */
export const metadata = metadataOf(name);
