/** The resources of the store of recordings, and who has it. */
import { describe, expect, it } from "vitest";
import { withScalelite, withStore } from "../unit/apps/documents.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const appSecrets = Object.fromEntries(
  ["scalelite.seed", "scalelite.secretKeyBase", "postgres.seed", "redis.seed"].map((key) => [key, `unique-${key}`]),
);

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Any = any;

function find(nodes: readonly Registered[], type: string, name: string): Registered {
  const found = nodes.find((node) => node.type.endsWith(`:${type}`) && node.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
}

describe("the store of recordings on a host of the estate", async () => {
  const nodes = await graph({
    appSecrets,
    change: (document) => {
      withStore(document);
      withScalelite(document, { settings: { recordings: {} } });
    },
  });

  it("is mounted from the host's address on the estate's network, keeps its data, and has one claim", () => {
    const { spec } = find(nodes, "PersistentVolume", "recordings").inputs as Any;
    expect(spec).toMatchObject({
      ...{ accessModes: ["ReadWriteMany"], persistentVolumeReclaimPolicy: "Retain", capacity: { storage: "50Gi" } },
      nfs: { server: expect.stringMatching(/^10\.20\.0\./), path: "/var/lib/recordings/store" },
      claimRef: { namespace: "estate", name: "recordings" },
    });
    const claim = find(nodes, "PersistentVolumeClaim", "recordings").inputs as Any;
    expect(claim.spec).toMatchObject({ volumeName: "estate-recordings", storageClassName: "" });
    expect(claim.metadata.name).toBe("recordings");
  });

  it("is there before Scalelite's importer and nginx, which have that one and no other", () => {
    for (const part of ["importer", "nginx", "api"]) {
      const deployment = find(nodes, "Deployment", `scalelite-${part}`).inputs as Any;
      const claims = deployment.spec.template.spec.volumes.flatMap((one: Any) => one.persistentVolumeClaim ?? []);
      expect(claims, part).toEqual([{ claimName: "recordings" }]);
    }
    const scalelite = nodes.find(({ type }) => type === "estate:apps:Scalelite");
    expect(scalelite?.dependsOn).toContain("kubernetes:core/v1:PersistentVolumeClaim::recordings");
  });

  it("outlives its host: the volume is a resource of its own, which nothing deletes first", () => {
    const volume = find(nodes, "Volume", "recordings-01-recordings");
    expect(volume.deleteBeforeReplace).toBe(false);
    expect(volume.parent).not.toContain("Instance");
  });
});
