import * as command from "@pulumi/command";
import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { founderPaths, renderAuthorities } from "../ignition/founding.ts";
import type { EstateSecrets, Secrets } from "../stacks/secrets.ts";
import { connectionTo } from "./connection.ts";
import type { Address } from "./hostAddress.ts";

/** Where the authorities' keys are: in this stack's configuration, or in that of its base, the stack of that name. */
export type Authorities = { readonly secrets: pulumi.Output<Secrets> } | { readonly base: string };

export interface PlacedAuthoritiesArgs {
  /** Name of the server that may found the orchestrator. Changed in place, without a word to any server. */
  readonly host: string;
  /** It: another one is given the keys, while none was ever ready (`founded`). */
  readonly server: openstack.compute.Instance;
  /** Where SSH finds it. Another one is no reason to send the keys again. */
  readonly address: Address;
  /** What SSH is made with. Others are no reason to send the keys again. */
  readonly secrets: pulumi.Output<EstateSecrets>;
  /**
   * Where the keys are. Others, or a base of another name, are no reason to send them again. Which of the two it is stays for the life of
   * the estate: the other one is another resource, made anew.
   */
  readonly authorities: Authorities;
  /**
   * Whether the orchestrator was ever ready. Until then a replaced first server is given the keys again; from then on
   * never, because a server that has them may found an orchestrator, and a second one must not be.
   */
  readonly founded: boolean;
}

/**
 * Brings the certificate authorities to the first server, over SSH with its pinned host key. They are never in user
 * data, which the metadata service hands to everything that runs on the host.
 *
 * Where the base has the keys, a program brings them (`cli/found.ts`): neither this stack's configuration nor its state has them.
 */
export function placeAuthorities(name: string, args: PlacedAuthoritiesArgs, parent: pulumi.Resource): pulumi.Resource {
  const { host, server, address, secrets, authorities } = args;
  // Another address or a rotated key is no reason to send them again.
  const once = { update: ":", triggers: [server.id] };
  const options = {
    ...{ parent, dependsOn: [server, ...address.reachable] },
    ...(args.founded ? { ignoreChanges: ["triggers"] } : {}),
  };
  if ("base" in authorities) {
    const environment = { HOST: host, ADDRESS: address.announced, STACK: pulumi.getStack(), BASE: authorities.base };
    return new command.local.Command(name, { ...once, create: "node cli/found.ts", environment }, options);
  }
  const connection = connectionTo({ name: host, address: address.announced }, secrets);
  const stdin = authorities.secrets.apply(renderAuthorities);
  return new command.remote.Command(name, { ...once, connection, create: founderPaths.receive, stdin }, options);
}
