import * as pulumi from "@pulumi/pulumi";
import { patchForce } from "./manifests.ts";

/** An application's resources: objects of Kubernetes in its namespace. */
export abstract class ApplicationComponent extends pulumi.ComponentResource {
  readonly #namespace: pulumi.Input<string>;

  /**
   * @param type such as `estate:apps:Hello`
   * @param namespace of every object of it. Changing it replaces them
   */
  constructor(
    type: string,
    name: string,
    namespace: pulumi.Input<string>,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(type, name, {}, opts);
    this.#namespace = namespace;
  }

  /** Options of an object of it. Names are fixed because other objects use them: so the old one goes before the new one comes. */
  protected own(dependsOn: readonly pulumi.Resource[] = []) {
    return { parent: this, deleteBeforeReplace: true, dependsOn: [...dependsOn] };
  }

  /** A manifest in the application's namespace. */
  protected inNamespace<Manifest extends { readonly metadata: object }>(manifest: Manifest) {
    return { ...manifest, metadata: { ...manifest.metadata, namespace: this.#namespace } };
  }

  /** The same of a manifest that has no annotations: it gets the one by which `pulumi up` takes fields back from kubectl. */
  protected takenBack<Manifest extends { readonly metadata: object }>(manifest: Manifest) {
    return this.inNamespace({ ...manifest, metadata: { ...manifest.metadata, annotations: { ...patchForce } } });
  }

  /** A manifest in the application's namespace that is known later. */
  protected laterInNamespace<Manifest extends { readonly metadata: object; readonly spec: object }>(
    manifest: pulumi.Output<Manifest>,
  ) {
    const metadata = pulumi
      .all([manifest, this.#namespace])
      .apply(([{ metadata }, namespace]) => ({ ...metadata, namespace }));
    return { metadata, spec: manifest.apply(({ spec }) => spec as Manifest["spec"]) };
  }
}
