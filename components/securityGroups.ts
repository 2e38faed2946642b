import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import { tellWorkloads } from "../stacks/schema/workload.ts";
import { groupsOfHost } from "../stacks/securityRules.ts";

export interface SecurityGroupsArgs {
  /** Names of groups. A group that stays in the document is never replaced, and so the hosts that have it are not either. */
  readonly facts: Pick<EstateFacts, "name" | "groups" | "pools">;
}

/** The security groups of the estate, empty: neutron's default rules are removed. `SecurityRules` names what is open. */
export class SecurityGroups extends pulumi.ComponentResource {
  static readonly type = "estate:network:SecurityGroups";
  readonly groups: Readonly<Record<string, openstack.networking.SecGroup>>;

  constructor(name: string, { facts }: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecurityGroups.type, name, {}, opts);
    const runs = new Map(facts.pools.map((pool) => [pool.role, pool.runs]));
    const group = (key: string) =>
      new openstack.networking.SecGroup(
        `${name}-${key}`,
        {
          ...{ name: `${facts.name}-${key}`, deleteDefaultRules: true },
          // the policy pack reads it: what may be open to everyone on a group's hosts depends on what they run
          description: key === "hosts" ? "Every host of the estate" : tellWorkloads(key, runs.get(key) ?? []),
        },
        // Neutron takes equal names; deleted first, a group would take every host with it.
        { parent: this, deleteBeforeReplace: false },
      );
    this.groups = Object.fromEntries(facts.groups.map((key) => [key, group(key)]));
    this.registerOutputs({});
  }

  /** The ids of the groups a host of this role has. */
  idsOf(role: string): pulumi.Output<string>[] {
    return groupsOfHost({ role }).map((key) => this.of(key).id);
  }

  /** @throws pulumi.ResourceError when the estate has no such group */
  of(key: string): openstack.networking.SecGroup {
    const group = this.groups[key];
    if (!group) throw new pulumi.ResourceError(`no security group ${key}`, this);
    return group;
  }
}
