import * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ImageFacts } from "../stacks/image.ts";

export interface HostImageArgs {
  /** Another release or file is another image, made before the hosts are replaced; the old one goes when no host needs it. */
  readonly facts: ImageFacts;
}

/**
 * The image of the hosts, found in Glance by its name or uploaded. What is uploaded was checked before: glance and the provider
 * look at no hash of ours, so `cli/image.ts` downloads the file and lets nothing through that differs.
 */
export class HostImage extends pulumi.ComponentResource {
  static readonly type = "estate:compute:HostImage";
  readonly imageId: pulumi.Output<string>;

  constructor(name: string, { facts }: HostImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HostImage.type, name, {}, opts);
    this.imageId = facts.source
      ? this.#uploaded(facts.name, facts.source)
      : openstack.images.getImageOutput({ name: facts.name, mostRecent: true }, { parent: this }).id;
    this.registerOutputs({});
  }

  /** A resource of its own for each file: one that were replaced under the same name would take every host with it. */
  #uploaded(name: string, { url, sha256 }: NonNullable<ImageFacts["source"]>): pulumi.Output<string> {
    const file = new command.local.Command(
      `${name}-file`,
      { create: "node cli/image.ts", environment: { IMAGE_URL: url, IMAGE_SHA256: sha256 }, logging: "stderr" },
      { parent: this },
    );
    const image = new openstack.images.Image(
      name,
      {
        ...{ name, containerFormat: "bare", diskFormat: "qcow2", visibility: "private" },
        localFilePath: file.stdout,
        properties: { sha256 },
      },
      // where the file lies on this machine is nobody's business later
      { parent: this, deleteBeforeReplace: false, ignoreChanges: ["localFilePath"] },
    );
    return image.id;
  }
}
