import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { groupsOfHost, type Remote, type SecurityRule } from "../stacks/securityRules.ts";
import type { ApiVip } from "./apiVip.ts";
import type { HostAddress } from "./hostAddress.ts";
import type { SecurityGroups } from "./securityGroups.ts";

export interface SecurityRulesArgs {
  /**
   * Each is a resource by its key, which says all there is to it: another rule is another resource, made before the old one
   * goes, and no host is replaced. What is only renamed in the document changes no rule.
   */
  readonly rules: readonly SecurityRule[];
  /** The groups that have them, or are their other end. Another group replaces its rules, and those that name it. */
  readonly groups: SecurityGroups;
  /** By host name: some rules are for the addresses that hosts announce. Another one replaces these rules, and no host. */
  readonly addresses: Readonly<Record<string, HostAddress>>;
  /** The API's, where it has one: some rules are for its address. Another one replaces these rules. @default none */
  readonly vip?: ApiVip | undefined;
}

type Rules = readonly openstack.networking.SecGroupRule[];

/** What is open between hosts, and to and from outside. Everything else is closed. */
export class SecurityRules extends pulumi.ComponentResource {
  static readonly type = "estate:network:SecurityRules";
  readonly all: Rules;
  /** Rules for a group or a range, by the group that has them. */
  readonly #lasting: ReadonlyMap<string, Rules>;
  /** Rules for the address of one host, by that host's name. They come and go with it. */
  readonly #naming: ReadonlyMap<string, Rules>;

  constructor(name: string, args: SecurityRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super(SecurityRules.type, name, {}, opts);
    const { rules, groups, addresses, vip } = args;
    const other = (remote: Remote) => {
      if ("group" in remote) return { remoteGroupId: groups.of(remote.group).id };
      if ("cidr" in remote) return { remoteIpPrefix: remote.cidr };
      const address = "vip" in remote ? vip?.fixed : addresses[remote.announced]?.announced;
      if (!address) throw new pulumi.ResourceError(`no address for a rule to ${JSON.stringify(remote)}`, this);
      return { remoteIpPrefix: pulumi.interpolate`${address}/32` };
    };
    const rule = ({ key, group, direction, protocol, from, to, remote }: SecurityRule) =>
      new openstack.networking.SecGroupRule(
        key,
        {
          ...{ securityGroupId: groups.of(group).id, direction, ethertype: "IPv4", protocol, description: key },
          ...other(remote),
          // of ICMP the type alone: the provider takes a code of 0 for none
          ...{ portRangeMin: from, ...(protocol === "icmp" ? {} : { portRangeMax: to }) },
        },
        { parent: this },
      );
    const lasting = new Map<string, openstack.networking.SecGroupRule[]>();
    const naming = new Map<string, openstack.networking.SecGroupRule[]>();
    this.all = rules.map((facts) => {
      const made = rule(facts);
      const [index, key] = "announced" in facts.remote ? [naming, facts.remote.announced] : [lasting, facts.group];
      index.set(key, [...(index.get(key) ?? []), made]);
      return made;
    });
    this.#lasting = lasting;
    this.#naming = naming;
    this.registerOutputs({});
  }

  /** The rules of a group, but for those that name one host's address. */
  ofGroup(group: string): Rules {
    return this.#lasting.get(group) ?? [];
  }

  /**
   * The rules that a host must have from its start to its end: those of its groups, and all that name its own address.
   *
   * A rule of its groups for another host's address is that host's to wait for: traffic between the two needs both. If each
   * waited for the addresses of all others, an estate of twice the hosts would have four times the edges.
   */
  ofHost(host: { readonly name: string; readonly role: string }): Rules {
    return [...groupsOfHost(host).flatMap((group) => this.ofGroup(group)), ...(this.#naming.get(host.name) ?? [])];
  }
}
