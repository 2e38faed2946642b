import { createHash } from "node:crypto";
import type * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { HostFacts } from "../stacks/facts.ts";
import { createGates } from "./gates.ts";
import type { Address } from "./hostAddress.ts";
import type { HostVolume } from "./hostVolumes.ts";

export interface HostArgs {
  /**
   * Another flavor, availability zone or generation replaces the host; so does what it is told at first boot, by its user data: its role,
   * labels, taints, mounts.
   */
  readonly facts: HostFacts;
  /** Everything the machine is told at first boot; holds secrets. Changing it replaces the host. */
  readonly userData: pulumi.Input<string>;
  /** Changing it replaces the host. */
  readonly imageId: pulumi.Input<string>;
  /** Another port replaces the host; another floating IP does not. */
  readonly address: Address;
  /** In the order in which the server has them. Adding or removing one replaces the host. */
  readonly volumes: readonly HostVolume[];
  /** Name of nova's key pair, plain. Changing it replaces the host. */
  readonly keyPair: string;
  /** Id of the server group that keeps the role's hosts on different machines. Changing it replaces the host. */
  readonly serverGroup: pulumi.Output<string> | undefined;
  /** Name of the estate, for the server's metadata. Changed in place. */
  readonly estate: string;
  /**
   * The server starts after these, and goes before these. Each must be said here: the engine orders what it deletes by edges
   * among what it deletes, so nothing that stays can stand in between. Changing them changes nothing of a server that is there.
   */
  readonly needs: readonly pulumi.Resource[];
  /** The server is replaced after these: the rollout. Changing them changes the order alone. */
  readonly waitFor: readonly pulumi.Resource[];
  /** The same as `needs` for the gates. Changing them opens no gate anew. */
  readonly gateNeeds: readonly pulumi.Resource[];
  /**
   * Makes what has to be brought to the machine before it can join, between the server and its gates. What it makes says itself when that
   * is brought again; the server is not replaced for it. @default nothing
   */
  readonly bootstrap?: (server: openstack.compute.Instance) => readonly pulumi.Resource[];
}

/**
 * The disposable part of a host: one server on the host's stable address, and its two gates.
 *
 * A new image, flavor, user data or generation replaces the server: drained, deleted, made anew, waited for. Nothing
 * changes inside a running one.
 */
export class Host extends pulumi.ComponentResource {
  static readonly type = "estate:compute:Host";
  readonly server: openstack.compute.Instance;
  readonly drain: command.local.Command;
  /** What comes after this host depends on this, never on the component. */
  readonly ready: command.local.Command;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Host.type, name, {}, opts);
    const { facts, address } = args;
    this.server = new openstack.compute.Instance(
      name,
      {
        ...{ name: facts.name, flavorName: facts.flavor, imageId: args.imageId, keyPair: args.keyPair },
        ...(facts.availabilityZone ? { availabilityZone: facts.availabilityZone } : {}),
        ...(args.serverGroup ? { schedulerHints: [{ group: args.serverGroup }] } : {}),
        networks: [{ port: address.portId }],
        ...(args.volumes.length > 0 ? { blockDevices: blockDevices(args.imageId, args.volumes) } : {}),
        userData: pulumi.secret(args.userData),
        // The user data itself is secret; its digest makes a difference visible.
        metadata: { estate: args.estate, role: facts.role, ignition: digest(args.userData) },
        // where Ignition finds its configuration on a network without DHCP, on which it cannot ask the metadata service
        configDrive: true,
        // Said, so that a server that was stopped by hand is started again: left out, a refresh takes its being stopped for what is wanted.
        powerState: "active",
        stopBeforeDestroy: true,
      },
      {
        parent: this,
        dependsOn: [...args.needs, ...args.waitFor, ...address.reachable],
        deleteBeforeReplace: true,
        // The provider would rebuild or resize these in place, all hosts at once and undrained.
        replaceOnChanges: ["imageId", "imageName", "flavorId", "flavorName"],
        replacementTrigger: facts.generation,
      },
    );
    const bootstrapped = args.bootstrap?.(this.server) ?? [];
    const gates = createGates(
      name,
      { host: facts.name, serverId: this.server.id, needs: [...args.gateNeeds, ...bootstrapped] },
      this,
    );
    this.drain = gates.drain;
    this.ready = gates.ready;
    this.registerOutputs({});
  }
}

/** The image's disk goes with the server; data volumes stay. They are there from the first boot on. */
function blockDevices(imageId: pulumi.Input<string>, volumes: readonly HostVolume[]) {
  const image = {
    sourceType: "image",
    uuid: imageId,
    destinationType: "local",
    bootIndex: 0,
    deleteOnTermination: true,
  };
  const data = volumes.map(({ id }) => ({
    ...{ sourceType: "volume", uuid: id, destinationType: "volume", bootIndex: -1, deleteOnTermination: false },
  }));
  return [image, ...data];
}

/** Tokens in the user data have 256 random bits, so that a hash of it tells nothing. */
function digest(userData: pulumi.Input<string>): pulumi.Output<string> {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
  return pulumi.unsecret(pulumi.output(userData).apply(hash));
}
