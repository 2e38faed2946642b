import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { ApplicationComponent } from "../component.ts";
import type { Consul } from "../consul/component.ts";
import { hostsRunning } from "../hosts.ts";
import { leaveOneByOne } from "../manifests.ts";
import { binding, clusterRole, policy, type Reached, role } from "./access.ts";
import type { application } from "./app.ts";
import { type ConsulAddress, declaredState } from "./declared-state.ts";
import { deployment, disruptionBudget, type RegistratorFacts, service } from "./manifests.ts";
import { name as fixed, metadata } from "./names.ts";

export interface RegistratorArgs extends RegistratorFacts {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Output<string>;
  /** The declared state, with secrets. A change reaches the pods within a minute, and starts none anew. */
  readonly declared: pulumi.Output<string>;
  /** Whom its pods reach, and who reaches them. Changed in place, in its NetworkPolicy. */
  readonly reached: pulumi.Output<Reached>;
  /** The secret of the servers' API, for whoever sets them up: only handed on, and so no resource changes for it here. */
  readonly bbbSecret: pulumi.Output<string>;
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** Keeps the BigBlueButton servers in Scalelite as the estate has them, and drains them of their meetings. */
export class Registrator extends ApplicationComponent {
  static readonly type = "estate:apps:Registrator";
  /** The secret of the servers' API, for whoever sets them up. */
  readonly bbbSecret: pulumi.Output<string>;
  readonly #args: RegistratorArgs;

  constructor(name: string, args: RegistratorArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Registrator.type, name, args.namespace, opts);
    this.#args = args;
    this.bbbSecret = pulumi.secret(args.bbbSecret);
    const needs = [...this.#rights(name), this.#declared(name), this.#policy(name)];
    const options = this.own([...needs, ...args.after]);
    const pods = new kubernetes.apps.v1.Deployment(name, this.inNamespace(deployment(args)), options);
    if (leaveOneByOne(args.replicas, args.after.length))
      new kubernetes.policy.v1.PodDisruptionBudget(name, this.inNamespace(disruptionBudget()), this.own());
    new kubernetes.core.v1.Service(name, this.inNamespace(service()), this.own([pods]));
    this.registerOutputs({});
  }

  #rights(name: string): pulumi.Resource[] {
    const { ClusterRole, ClusterRoleBinding, Role, RoleBinding } = kubernetes.rbac.v1;
    const account = this.inNamespace({ metadata });
    const subjects = [{ kind: "ServiceAccount", name: fixed, namespace: this.#args.namespace }];
    return [
      new kubernetes.core.v1.ServiceAccount(name, account, this.own()),
      new Role(name, this.inNamespace(role()), this.own()),
      new ClusterRole(name, clusterRole(), this.own()),
      new RoleBinding(name, { ...this.inNamespace(binding("Role")), subjects }, this.own()),
      new ClusterRoleBinding(name, { ...binding("ClusterRole"), subjects }, this.own()),
    ];
  }

  #declared(name: string): pulumi.Resource {
    const { declared } = this.#args;
    const manifest = this.inNamespace({ metadata });
    return new kubernetes.core.v1.Secret(name, { ...manifest, stringData: { "declared.json": declared } }, this.own());
  }

  #policy(name: string): pulumi.Resource {
    const { metadata: named } = this.inNamespace(policy({ bbb: [], orchestrators: [], callers: [] }));
    const spec = this.#args.reached.apply((reached) => policy(reached).spec);
    return new kubernetes.networking.v1.NetworkPolicy(name, { metadata: named, spec }, this.own());
  }
}

/** What of Scalelite is needed here. */
interface Used extends Readonly<Record<string, pulumi.ComponentResource>> {
  readonly scalelite: pulumi.ComponentResource & {
    readonly url: string;
    readonly secret: pulumi.Output<string>;
    readonly pollSeconds: number;
  };
}

/** The estate's Consul, where it runs. */
function consulOf(consul: Consul | undefined): pulumi.Output<ConsulAddress | undefined> {
  return consul
    ? consul.tokenFor("registrator").apply((token): ConsulAddress | undefined => ({ url: consul.url, token }))
    : pulumi.output(undefined);
}

export const build: Build<typeof application, Used> = ({ name, settings, facts, secrets, used, ...context }) => {
  const { addresses, namespace, after, options } = context;
  const of = (workload: "bbb" | "orchestrator") =>
    hostsRunning(facts, workload).flatMap((host) => addresses[host.name] ?? []);
  // behind floating IPs either address may be the one that a name leads to
  const both = (workload: "bbb") => of(workload).flatMap(({ fixed, announced }) => [fixed, announced]);
  const callers = [...Object.values(facts.sites).map(({ cidr }) => cidr), facts.orchestrator.podCidr].sort();
  const reached = pulumi
    .all([pulumi.all(both("bbb")), pulumi.all(of("orchestrator").map(({ fixed }) => fixed))])
    .apply(([bbb, orchestrators]) => ({
      bbb: [...new Set(bbb)].sort(),
      orchestrators: [...orchestrators].sort(),
      callers,
    }));
  const { url, pollSeconds } = used.scalelite;
  const declared = pulumi
    .all([secrets.token, secrets.bbb, used.scalelite.secret, consulOf(used.consul as Consul | undefined)])
    .apply(([token, bbb, secret, consul]) =>
      JSON.stringify(declaredState(facts, settings, { token, bbb }, { url, secret, pollSeconds }, consul)),
    );
  const { image, replicas } = settings;
  return new Registrator(
    name,
    { image, replicas, namespace, declared: pulumi.secret(declared), reached, bbbSecret: secrets.bbb, after },
    options,
  );
};
