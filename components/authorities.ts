import * as command from "@pulumi/command";
import type * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import { authorityFiles, founderPaths } from "../ignition/founding.ts";
import { authorities, type SecretName, type Secrets } from "../stacks/secrets.ts";
import { connectionTo } from "./connection.ts";
import type { HostAddress } from "./hostAddress.ts";

export interface PlacedAuthoritiesArgs {
  /** Name of the server that may found the orchestrator. */
  readonly host: string;
  readonly server: openstack.compute.Instance;
  readonly address: HostAddress;
  readonly secrets: pulumi.Output<Secrets>;
  /**
   * Whether the orchestrator was ever ready. Until then a replaced first server is given the keys again; from then on
   * never, because a server that has them may found an orchestrator, and a second one must not be.
   */
  readonly founded: boolean;
}

/**
 * Brings the certificate authorities to the first server, over SSH with its pinned host key. They are never in user
 * data, which the metadata service hands to everything that runs on the host.
 */
export function placeAuthorities(
  name: string,
  args: PlacedAuthoritiesArgs,
  parent: pulumi.Resource,
): command.remote.Command {
  const { host, server, address, secrets } = args;
  return new command.remote.Command(
    name,
    {
      connection: connectionTo({ name: host, address: address.announced }, secrets),
      create: founderPaths.receive,
      // Another address or a rotated key is no reason to send them again.
      update: ":",
      stdin: secrets.apply(renderAuthorities),
      triggers: [server.id],
    },
    {
      ...{ parent, dependsOn: [server, address.reachable] },
      ...(args.founded ? { ignoreChanges: ["triggers"] } : {}),
    },
  );
}

/** What `receiveScript` reads: a file a line, its name and its content in base64. */
export function renderAuthorities(secrets: Secrets): string {
  const contents: Record<string, string> = { "service.key": secrets.serviceKey };
  for (const [name, file] of Object.entries(authorities)) {
    contents[`${file}.crt`] = secrets[`${name}CaCert` as SecretName];
    contents[`${file}.key`] = secrets[`${name}CaKey` as SecretName];
  }
  return authorityFiles.map((name) => `${name} ${Buffer.from(contents[name] ?? "").toString("base64")}\n`).join("");
}
