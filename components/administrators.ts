import * as command from "@pulumi/command";
import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import { authorizedKeys, placeKeys } from "../ignition/administrators.ts";
import type { EstateFacts, HostFacts } from "../stacks/facts.ts";
import type { EstateSecrets } from "../stacks/secrets.ts";
import { connectionTo } from "./connection.ts";
import type { Address } from "./hostAddress.ts";
import type { Recorded } from "./recorded.ts";

export interface AdministratorsArgs {
  /** Another key changes a file on each host, in place; a key that is gone from the document is gone from the hosts. */
  readonly facts: Pick<EstateFacts, "administrators" | "pools">;
  /**
   * The estate's SSH key, and the seed of the host keys: what connections are made with. Others place the keys once more, in place; that
   * the hosts are replaced for them is their user data's doing.
   */
  readonly secrets: pulumi.Output<EstateSecrets>;
  /** By host name. Another server of a host is given the keys, when it answers. */
  readonly servers: Readonly<Record<string, openstack.compute.Instance>>;
  /** By host name. Another announced address, of the host or of the way to it, places the keys once more, in place. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** What the state holds already: hosts that once had keys are told when there are none any more. It changes nothing else. */
  readonly recorded: Recorded | undefined;
}

/**
 * The administrators' SSH keys on every host. They are not in user data, so that another one replaces no host.
 *
 * A new server gets them as soon as it answers, beside its gates: neither waits for the other, so that administrators can look into a
 * host that does not join. A host that SSH does not reach within ten minutes ends the update; the next one goes on. Hosts without a
 * public address are reached through the first orchestrator server. Deleting it does nothing: the keys go with the host.
 */
export class Administrators extends pulumi.ComponentResource {
  static readonly type = "estate:access:Administrators";

  constructor(name: string, args: AdministratorsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Administrators.type, name, {}, opts);
    const { administrators, pools } = args.facts;
    const some = Object.keys(administrators).length > 0;
    const gateway = pools.find(({ runs }) => runs.includes("orchestrator"))?.hosts[0];
    for (const host of pools.flatMap((pool) => pool.hosts))
      if (some || (args.recorded?.has("command:remote:Command", `${host.name}-${name}`) ?? true))
        this.#place(`${host.name}-${name}`, host, gateway, args);
    this.registerOutputs({});
  }

  #place(name: string, host: HostFacts, gateway: HostFacts | undefined, args: AdministratorsArgs): void {
    const { secrets, facts } = args;
    const through = host.publicAddress || !gateway ? [] : [gateway];
    const [proxy] = through.map((one) =>
      connectionTo({ name: one.name, address: this.#of(one, args).announced }, secrets),
    );
    const { server, announced } = this.#of(host, args);
    new command.remote.Command(
      name,
      {
        connection: { ...connectionTo({ name: host.name, address: announced }, secrets), ...(proxy ? { proxy } : {}) },
        create: placeKeys,
        stdin: authorizedKeys(facts.administrators),
        triggers: [server.id],
      },
      {
        parent: this,
        dependsOn: [host, ...through].flatMap((one) => {
          const { server, reachable } = this.#of(one, args);
          return [server, ...reachable];
        }),
      },
    );
  }

  #of({ name }: HostFacts, { servers, addresses }: AdministratorsArgs) {
    const [server, address] = [servers[name], addresses[name]];
    if (!server || !address) throw new pulumi.ResourceError(`no server of host ${name}`, this);
    return { server, announced: address.announced, reachable: address.reachable };
  }
}
