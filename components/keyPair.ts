import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { publicKeyOf } from "../stacks/openssh.ts";

export interface KeyPairArgs {
  /**
   * Its name in nova. Servers are given the name alone, never an output of this: a new key would replace them all at once. Changing it
   * replaces the pair, and every host.
   */
  readonly keyName: string;
  /**
   * The estate's private key; only its public half leaves the program. Changing it replaces the pair in nova, under the same name. Servers
   * stay for that; but the public half is in their user data as well, and that replaces them, one after another.
   */
  readonly privateKey: pulumi.Input<string>;
}

/** The estate's public SSH key, known to nova under a name that never changes. */
export class KeyPair extends pulumi.ComponentResource {
  static readonly type = "estate:compute:KeyPair";
  readonly keyPair: openstack.compute.Keypair;

  constructor(name: string, args: KeyPairArgs, opts?: pulumi.ComponentResourceOptions) {
    super(KeyPair.type, name, {}, opts);
    const publicKey = pulumi.unsecret(pulumi.output(args.privateKey).apply(publicKeyOf));
    this.keyPair = new openstack.compute.Keypair(
      name,
      { name: args.keyName, publicKey },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}
