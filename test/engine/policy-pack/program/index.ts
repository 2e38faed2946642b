import * as pulumi from "@pulumi/pulumi";

/** A program without a cloud: one component for each name in the configuration. */
class Room extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Room", name);
    this.registerOutputs({});
  }
}

for (const name of new pulumi.Config().requireObject<string[]>("names")) new Room(name);
