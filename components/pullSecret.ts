import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dockerConfig } from "../stacks/dockerConfig.ts";
import { environment } from "../stacks/environment.ts";
import type { EstateFacts } from "../stacks/facts.ts";
import type { RegistryUser } from "../stacks/registries.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { pullingWith } from "./pulling.ts";

export interface PullSecretArgs {
  /** The estate's name: the provider knows the orchestrator by it. Changing it replaces the provider, and with it the Secret. */
  readonly facts: Pick<EstateFacts, "name">;
  /** The registries that ask for credentials. */
  readonly users: readonly RegistryUser[];
  /** Their passwords, by registry. Changing one changes the Secret where it is, and no pod: it is read at each pull. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** That of the applications. Changing it replaces the Secret. */
  readonly namespace: kubernetes.core.v1.Namespace;
  /** By whose kubeconfig it is made. Another one updates the provider, and no Secret. */
  readonly cluster: { readonly orchestrator: Pick<Orchestrator, "kubeconfig"> };
}

const labels = { "app.kubernetes.io/part-of": "estate" };

/** What pods of applications pull images with, in one Secret. User data has none of it. */
export class PullSecret extends pulumi.ComponentResource {
  static readonly type = "estate:orchestrator:PullSecret";
  readonly #secret: kubernetes.core.v1.Secret;

  constructor(name: string, { facts, users, passwords, namespace, cluster }: PullSecretArgs) {
    super(PullSecret.type, name, {});
    // Secrets of the other provider are replaced when they change, so that keys that are left out go. This one has one key for ever, and no
    // pod that starts meanwhile may miss it. What was changed by hand is taken back.
    const provider = new kubernetes.Provider(
      name,
      {
        ...{ kubeconfig: cluster.orchestrator.kubeconfig, clusterIdentifier: facts.name },
        ...{ enableServerSideApply: true, enableSecretMutable: true, enablePatchForce: true },
      },
      // gates take an estate without a provider for one that is being taken down: this one comes after the other, and goes before it
      { parent: this, dependsOn: [namespace] },
    );
    const logins = users.map(({ registry, user }) =>
      pulumi.output(passwords[registry] ?? "").apply((password) => ({ registry, user, password })),
    );
    const file = pulumi.secret(pulumi.all(logins).apply(dockerConfig));
    this.#secret = new kubernetes.core.v1.Secret(
      name,
      {
        metadata: { name: environment.pullSecret, namespace: namespace.metadata.name, labels },
        type: "kubernetes.io/dockerconfigjson",
        // not stringData, which server-side apply does not see again
        data: { ".dockerconfigjson": file.apply((text) => Buffer.from(text).toString("base64")) },
      },
      { parent: this, provider },
    );
    this.registerOutputs({});
  }

  /** Has the pods of whatever is made below a component name the Secret, and come after it. */
  get inPods(): pulumi.ResourceTransformation {
    return ({ type, props, opts }) => {
      const pulling = pullingWith(environment.pullSecret, type, props);
      return pulling && { props: pulling, opts: pulumi.mergeOptions(opts, { dependsOn: [this.#secret] }) };
    };
  }
}
