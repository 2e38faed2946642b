import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { versions } from "../../stacks/versions.ts";
import { ApplicationComponent } from "../component.ts";
import type { application } from "./app.ts";
import { type HelloFacts, helloDeployment, helloService } from "./manifests.ts";

export interface HelloArgs extends HelloFacts {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Input<string>;
  /** Made after these, and removed before them: the hosts its pods run on. Changing them changes no pod. */
  readonly after: readonly pulumi.Resource[];
}

/** A small workload that shows that the orchestrator runs pods and leads requests to them. */
export class Hello extends ApplicationComponent {
  static readonly type = "estate:apps:Hello";

  constructor(name: string, args: HelloArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Hello.type, name, args.namespace, opts);
    new kubernetes.apps.v1.Deployment(name, this.takenBack(helloDeployment(args)), this.own(args.after));
    new kubernetes.core.v1.Service(name, this.takenBack(helloService()), this.own(args.after));
    this.registerOutputs({});
  }
}

export const build: Build<typeof application> = ({ name, settings, namespace, after, options }) =>
  new Hello(name, { namespace, image: versions.hello, replicas: settings.replicas, after }, options);
