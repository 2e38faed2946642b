import type { OpenStack } from "../../local/openstack-client/client.ts";
import { type Answer, ask, combine } from "./answer.ts";
import type { Flavor } from "./flavors.ts";
import type { Zone } from "./zones.ts";

/** A server of the project. */
export interface Server {
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Its size when it was made. */
  readonly flavor: { readonly vcpus: number; readonly ram: number };
}

/** What nova says to the project. */
export interface Compute {
  /** Limits and what is used of them, such as `maxTotalCores` and `totalCoresUsed`. */
  readonly limits: Answer<Readonly<Record<string, number>>>;
  readonly servers: Answer<readonly Server[]>;
  readonly flavors: Answer<readonly Flavor[]>;
  readonly zones: Answer<readonly Zone[]>;
  readonly keyPairs: Answer<readonly { readonly name: string }[]>;
  readonly serverGroups: Answer<readonly { readonly name: string }[]>;
}

/** From this version on, nova says the size of a server with the server (2017). */
const embeddedFlavors = { "OpenStack-API-Version": "compute 2.47" };

export async function askCompute(openstack: OpenStack): Promise<Compute> {
  const list = <Item>(path: string, key: string, headers = {}) =>
    ask(openstack.list<Item>("compute", path, key, { headers }));
  const [limits, servers, flavors, zones, keyPairs, serverGroups] = await Promise.all([
    ask(openstack.get<{ limits: { absolute: Readonly<Record<string, number>> } }>("compute", "/limits")),
    list<Server>("/servers/detail", "servers", embeddedFlavors),
    list<Flavor>("/flavors/detail", "flavors"),
    list<Zone>("/os-availability-zone", "availabilityZoneInfo"),
    list<{ keypair: { name: string } }>("/os-keypairs", "keypairs"),
    list<{ name: string }>("/os-server-groups", "server_groups"),
  ]);
  return {
    ...{ servers, flavors, zones, serverGroups },
    limits: combine({ limits }, (answer) => answer.limits.limits.absolute),
    keyPairs: combine({ keyPairs }, (answer) => answer.keyPairs.map(({ keypair }) => keypair)),
  };
}
