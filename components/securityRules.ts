import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { Remote, SecurityRule } from "../stacks/securityRules.ts";
import type { HostAddress } from "./hostAddress.ts";
import type { SecurityGroups } from "./securityGroups.ts";

export interface SecurityRulesArgs {
  /**
   * Each is a resource by its key, which says all there is to it: another rule is another resource, made before the old one
   * goes, and no host is replaced. What is only renamed in the document changes no rule.
   */
  readonly rules: readonly SecurityRule[];
  readonly groups: SecurityGroups;
  /** By host name: some rules are for the addresses that hosts announce. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
}

/** What is open between hosts, and to and from outside. Everything else is closed. */
export class SecurityRules extends pulumi.ComponentResource {
  static readonly type = "estate:network:SecurityRules";
  /** Hosts start after these: without them they could download nothing and reach nobody. */
  readonly rules: readonly openstack.networking.SecGroupRule[];

  constructor(name: string, { rules, groups, addresses }: SecurityRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecurityRules.type, name, {}, opts);
    const other = (remote: Remote) => {
      if ("group" in remote) return { remoteGroupId: groups.of(remote.group).id };
      if ("cidr" in remote) return { remoteIpPrefix: remote.cidr };
      const address = addresses[remote.announced];
      if (!address) throw new pulumi.ResourceError(`no address of host ${remote.announced}`, this);
      return { remoteIpPrefix: pulumi.interpolate`${address.announced}/32` };
    };
    this.rules = rules.map(
      ({ key, group, direction, protocol, from, to, remote }) =>
        new openstack.networking.SecGroupRule(
          key,
          {
            ...{ securityGroupId: groups.of(group).id, direction, ethertype: "IPv4", protocol, description: key },
            ...other(remote),
            // of ICMP the type alone: the provider takes a code of 0 for none
            ...{ portRangeMin: from, ...(protocol === "icmp" ? {} : { portRangeMax: to }) },
          },
          { parent: this },
        ),
    );
    this.registerOutputs({});
  }
}
