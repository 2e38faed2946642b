import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { EstateFacts, PoolFacts } from "../stacks/facts.ts";
import { renderKubeconfig } from "../stacks/kubeconfig.ts";
import type { EstateSecrets } from "../stacks/secrets.ts";
import { type Authorities, placeAuthorities } from "./authorities.ts";
import type { Address } from "./hostAddress.ts";
import { HostPool, type HostPoolArgs } from "./hostPool.ts";
import type { Recorded } from "./recorded.ts";

export interface OrchestratorArgs {
  /**
   * The estate's name says to the provider which cluster it is: changing it replaces the provider, and with it all that is applied to the
   * cluster. The API's name and port are in the kubeconfig: changing those changes the provider in place, and replaces the servers by
   * their user data.
   */
  readonly facts: Pick<EstateFacts, "name" | "api">;
  /** The servers. One more or less is only that server; what replaces one is said at `Host`. The name that sorts first is the founder's. */
  readonly pool: PoolFacts;
  /**
   * What the state holds already: who is there is replaced one after another, and once any server was ready the founder is never given
   * the authorities' keys again. Nothing is replaced for it.
   */
  readonly recorded: Recorded | undefined;
  /**
   * Another administrator's certificate, or authority of the API's certificate, changes the kubeconfig, and so the provider, in place. What
   * of them is in user data (join tokens, the hash of an authority, SSH keys) replaces the servers. The authorities' keys themselves are
   * not sent again, whatever becomes of them: they are in the datastore since the first server was ready.
   */
  readonly secrets: pulumi.Output<EstateSecrets>;
  /** Where the founder's keys are; what changing it does is said at `PlacedAuthoritiesArgs`. */
  readonly authorities: Authorities;
  /** By host name. The founder is given the authorities' keys at what it announces; another address is no reason to send them again. */
  readonly addresses: Readonly<Record<string, Address>>;
  /** What one server is made of; what changing it does is said at `HostArgs`. */
  readonly host: HostPoolArgs["host"];
}

/** k3s on an odd number of servers with etcd in them, found by a name. Its certificates and kubeconfig are known before it is. */
export class Orchestrator extends pulumi.ComponentResource {
  static readonly type = "estate:orchestrator:Orchestrator";
  readonly pool: HostPool;
  /** For operators; secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** For everything that is applied to the orchestrator: configured when its API answers. */
  readonly provider: kubernetes.Provider;

  constructor(name: string, args: OrchestratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Orchestrator.type, name, {}, opts);
    const { facts, pool, secrets, authorities } = args;
    const founder = pool.hosts[0]?.name ?? "";
    let placed: pulumi.Resource | undefined;
    const founded = pool.hosts.some(
      (host) => args.recorded?.has("command:local:Command", `${host.name}-ready`) ?? true,
    );
    this.pool = new HostPool(
      name,
      {
        ...{ facts: pool, estate: facts.name, recorded: args.recorded, after: [], members: true },
        host: (host) => ({
          ...args.host(host),
          // The first server is made first; the gates of all wait for the keys, without which nobody can join.
          bootstrap: (server) => {
            const address = args.addresses[host.name];
            if (host.name === founder && address)
              placed = placeAuthorities(
                `${name}-authorities`,
                { host: host.name, server, address, secrets, authorities, founded },
                this,
              );
            return placed ? [placed] : [];
          },
        }),
      },
      { parent: this },
    );
    this.kubeconfig = pulumi.secret(secrets.apply((all) => renderKubeconfig(facts, all)));
    this.provider = new kubernetes.Provider(
      name,
      // The identifier says that it is the same cluster, whatever address or authority the kubeconfig has.
      { kubeconfig: this.kubeconfig, clusterIdentifier: facts.name, enableServerSideApply: true },
      { parent: this, dependsOn: [...this.pool.ready] },
    );
    this.registerOutputs({});
  }
}
