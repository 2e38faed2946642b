import type { Policies } from "@pulumi/policy";
import { dataNotDeletedFirst, dataProtected } from "./rules/data.ts";
import {
  listenersNameCallers,
  noSshFromWorld,
  portsAreGuarded,
  worldOnlyByCatalogue,
  worldOnlyWhereItListens,
} from "./rules/exposure.ts";
import { gatesInARow, noSecretsInUserData, oddServers, serversFollowImage, serversHaveGates } from "./rules/hosts.ts";
import { hostsByImageId, imagesByDigest, noLatest } from "./rules/images.ts";
import { podsHaveLimits, podsHaveNetworkPolicy, podsHaveProbes, podsNotRoot } from "./rules/workloads.ts";

/** The rules of every estate, by what they look at. */
export const policies: Policies = [
  ...[noSshFromWorld, worldOnlyByCatalogue, worldOnlyWhereItListens, listenersNameCallers, portsAreGuarded],
  ...[imagesByDigest, noLatest, hostsByImageId],
  ...[serversHaveGates, serversFollowImage, gatesInARow, oddServers, noSecretsInUserData],
  ...[podsHaveLimits, podsHaveProbes, podsNotRoot, podsHaveNetworkPolicy],
  ...[dataProtected, dataNotDeletedFirst],
];
