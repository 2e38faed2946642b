import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts } from "../stacks/facts.ts";
import type { SecurityRule } from "../stacks/securityRules.ts";

export interface SecurityGroupsArgs {
  /** Names of groups and their rules. A changed rule is made anew by itself; a group stays, and so do the hosts that have it. */
  readonly facts: Pick<EstateFacts, "name" | "groups" | "rules">;
}

/** The security groups of the estate, and each of their rules. Neutron's default rules are removed: what is open is named. */
export class SecurityGroups extends pulumi.ComponentResource {
  static readonly type = "estate:network:SecurityGroups";
  readonly groups: Readonly<Record<string, openstack.networking.SecGroup>>;
  /** Hosts start after these: without them they could download nothing and reach nobody. */
  readonly rules: readonly openstack.networking.SecGroupRule[];

  constructor(name: string, { facts }: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecurityGroups.type, name, {}, opts);
    const group = (key: string) =>
      new openstack.networking.SecGroup(
        `${name}-${key}`,
        {
          ...{ name: `${facts.name}-${key}`, deleteDefaultRules: true },
          description: key === "hosts" ? "Every host of the estate" : `Hosts of the role ${key}`,
        },
        // Neutron takes equal names; deleted first, a group would take every host with it.
        { parent: this, deleteBeforeReplace: false },
      );
    this.groups = Object.fromEntries(facts.groups.map((key) => [key, group(key)]));
    this.rules = facts.rules.map(
      (rule) => new openstack.networking.SecGroupRule(rule.key, this.#arguments(rule), { parent: this }),
    );
    this.registerOutputs({});
  }

  /** The ids of the groups a host of this role has. */
  idsOf(role: string): pulumi.Output<string>[] {
    return ["hosts", role].map((key) => this.#group(key).id);
  }

  #arguments({
    key,
    group,
    direction,
    protocol,
    from,
    to,
    remote,
  }: SecurityRule): openstack.networking.SecGroupRuleArgs {
    return {
      ...{ securityGroupId: this.#group(group).id, direction, ethertype: "IPv4", protocol, description: key },
      ...{ portRangeMin: from, portRangeMax: to },
      ...("group" in remote ? { remoteGroupId: this.#group(remote.group).id } : { remoteIpPrefix: remote.cidr }),
    };
  }

  #group(key: string): openstack.networking.SecGroup {
    const group = this.groups[key];
    if (!group) throw new pulumi.ResourceError(`no security group ${key}`, this);
    return group;
  }
}
