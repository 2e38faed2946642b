import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Build } from "../../stacks/application.ts";
import { versions } from "../../stacks/versions.ts";
import type { application } from "./app.ts";
import { type HelloFacts, helloDeployment, helloService } from "./manifests.ts";

export interface HelloArgs extends HelloFacts {
  /** Name of the namespace. Changing it replaces everything in it. */
  readonly namespace: pulumi.Input<string>;
  /** Made after these, and removed before them: the hosts its pods run on. */
  readonly after: readonly pulumi.Resource[];
}

/** A small workload that shows that the orchestrator runs pods and leads requests to them. */
export class Hello extends pulumi.ComponentResource {
  static readonly type = "estate:apps:Hello";

  constructor(name: string, args: HelloArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Hello.type, name, {}, opts);
    // whoever changes a field by hand becomes its manager, and the server would refuse to give it back without this
    const annotations = { "pulumi.com/patchForce": "true" };
    const inNamespace = <T extends { metadata: object }>(manifest: T) => ({
      ...manifest,
      metadata: { ...manifest.metadata, annotations, namespace: args.namespace },
    });
    // Names are fixed because other pods use them.
    const options = { parent: this, deleteBeforeReplace: true, dependsOn: [...args.after] };
    new kubernetes.apps.v1.Deployment(name, inNamespace(helloDeployment(args)), options);
    new kubernetes.core.v1.Service(name, inNamespace(helloService()), options);
    this.registerOutputs({});
  }
}

export const build: Build<typeof application> = ({ name, settings, namespace, after, options }) =>
  new Hello(name, { namespace, image: versions.hello, replicas: settings.replicas, after }, options);
