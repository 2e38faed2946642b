import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { versions } from "../../stacks/versions.ts";
import { ApplicationComponent } from "../component.ts";
import type { application } from "./app.ts";
import { type HelloFacts, helloBudget, helloDeployment, helloPolicy, helloService } from "./manifests.ts";

export interface HelloArgs extends HelloFacts {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Input<string>;
  /** Ranges from which hosts ask it. Changing them updates its NetworkPolicy, and no pod. */
  readonly callers: readonly string[];
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** A small workload that shows that the orchestrator runs pods and leads requests to them. */
export class Hello extends ApplicationComponent {
  static readonly type = "estate:apps:Hello";

  constructor(name: string, args: HelloArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Hello.type, name, args.namespace, opts);
    const policy = this.inNamespace(helloPolicy(args.callers));
    const closed = new kubernetes.networking.v1.NetworkPolicy(name, policy, this.own());
    const budget = helloBudget(args, args.after.length);
    if (budget) new kubernetes.policy.v1.PodDisruptionBudget(name, this.inNamespace(budget), this.own());
    const options = this.own([...args.after, closed]);
    new kubernetes.apps.v1.Deployment(name, this.inNamespace(helloDeployment(args)), options);
    new kubernetes.core.v1.Service(name, this.inNamespace(helloService()), this.own(args.after));
    this.registerOutputs({});
  }
}

export const build: Build<typeof application> = ({ name, settings, facts, namespace, after, options }) => {
  const callers = [...Object.values(facts.sites).map(({ cidr }) => cidr), facts.orchestrator.podCidr].sort();
  return new Hello(name, { namespace, image: versions.hello, replicas: settings.replicas, callers, after }, options);
};
