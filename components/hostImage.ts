import * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ImageFacts } from "../stacks/image.ts";

export interface HostImageArgs {
  /** Another release or file is another image, made before the hosts are replaced; the old one goes when no host needs it. */
  readonly facts: ImageFacts;
  /** Older ones that servers still have: they stay as they are. @default none */
  readonly kept?: readonly KeptImage[];
}

/** An uploaded image that the document no longer has. */
export interface KeptImage {
  readonly name: string;
  readonly sha256: string;
}

/**
 * The image of the hosts, found in Glance by its name or uploaded. What is uploaded was checked before: glance and the provider
 * look at no hash of ours, so `cli/image.ts` downloads the file and lets nothing through that differs.
 */
export class HostImage extends pulumi.ComponentResource {
  static readonly type = "estate:compute:HostImage";
  readonly imageId: pulumi.Output<string>;
  /** That one and those that are kept, by name. The hash is that of what was uploaded. */
  readonly images: Readonly<Record<string, { readonly id: pulumi.Output<string>; readonly sha256?: string }>>;

  constructor(name: string, { facts, kept = [] }: HostImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostImage.type, name, {}, opts);
    this.imageId = facts.source
      ? this.#uploaded(facts.name, facts.source)
      : openstack.images.getImageOutput({ name: facts.name, mostRecent: true }, { parent: this }).id;
    const sha256 = facts.source?.sha256;
    this.images = {
      ...Object.fromEntries(kept.map((one) => [one.name, { ...one, id: this.#image(one.name, one.sha256, "").id }])),
      [facts.name]: { id: this.imageId, ...(sha256 === undefined ? {} : { sha256 }) },
    };
    this.registerOutputs({});
  }

  /** A resource of its own for each file: one that were replaced under the same name would take every host with it. */
  #uploaded(name: string, { url, sha256 }: NonNullable<ImageFacts["source"]>): pulumi.Output<string> {
    const file = new command.local.Command(
      `${name}-file`,
      { create: "node cli/image.ts", environment: { IMAGE_URL: url, IMAGE_SHA256: sha256 }, logging: "stderr" },
      { parent: this },
    );
    return this.#image(name, sha256, file.stdout).id;
  }

  #image(name: string, sha256: string, localFilePath: pulumi.Input<string>): openstack.images.Image {
    return new openstack.images.Image(
      name,
      {
        ...{ name, containerFormat: "bare", diskFormat: "qcow2", visibility: "private" },
        ...{ localFilePath, properties: { sha256 } },
      },
      // where the file lies on this machine is nobody's business later
      { parent: this, deleteBeforeReplace: false, ignoreChanges: ["localFilePath"] },
    );
  }
}
