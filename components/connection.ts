import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { hostKeyPair } from "../stacks/openssh.ts";
import type { EstateSecrets } from "../stacks/secrets.ts";

/** A host, and where SSH finds it. */
export interface SshHost {
  /** Its name, of which its host key is made. */
  readonly name: string;
  readonly address: pulumi.Output<string>;
}

/** SSH to a host as user core with the estate's key. It must show the host key that it was given, and no other. */
export function connectionTo(
  { name, address }: SshHost,
  secrets: pulumi.Output<Pick<EstateSecrets, "sshKey" | "hostKeySeed">>,
) {
  return {
    // a machine that is booting refuses: so many attempts are about ten minutes
    ...{ host: address, user: "core", dialErrorLimit: 60, perDialTimeout: 10 },
    privateKey: secrets.apply((all) => all.sshKey),
    hostKey: pulumi.unsecret(secrets.apply((all) => hostKeyPair(all.hostKeySeed, name).publicKey)),
  } satisfies command.types.input.remote.ConnectionArgs;
}
