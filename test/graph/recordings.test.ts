/** The resources of the store of recordings, and who has it. */
import { describe, expect, it } from "vitest";
import { preferred } from "../../components/share.ts";
import type { PublishedFacts } from "../../stacks/published.ts";
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

describe("the store of recordings as a share of Manila", async () => {
  let published: PublishedFacts["recordings"];
  const locations = [
    { path: "203.0.113.9:/other", preferred: "False" },
    { path: "198.51.100.9:/shares/one", preferred: "True" },
  ];
  const change = (document: Any) => {
    withScalelite(document, {
      settings: { recordings: {} },
      apps: { recordings: { share: { sizeGiB: 100, type: "nfs" } } },
    });
    document.network.downloads.shares = { cidr: "198.51.100.0/24", port: 2049 };
  };
  const made = (type: string) => (type.endsWith("share:Share") ? { exportLocations: locations } : {});
  const nodes = await graph({
    ...{ appSecrets, change, cloud: { made, found: () => "image" } },
    beside: ({ facts }) => void facts.apply(({ recordings }) => (published = recordings)),
  });
  const share = nodes.find(({ type }) => type === "openstack:sharedfilesystem/share:Share");

  it("is protected as volumes are, of NFS, and nothing deletes it first", async () => {
    expect(share?.inputs).toMatchObject({ name: "estate-recordings", shareProto: "NFS", size: 100, shareType: "nfs" });
    expect(share?.deleteBeforeReplace).toBe(false);
    const protectedToo = (document: Any) => {
      change(document);
      document.removal = { protect: true };
    };
    const others = await graph({ appSecrets, change: protectedToo, cloud: { made, found: () => "image" } });
    expect(others.find(({ type }) => type === share?.type)?.protect).toBe(true);
    expect(share?.protect).toBeUndefined();
  });

  it("is open to hosts that record, import and serve, each by its own address", () => {
    const access = nodes.filter(({ type }) => type.endsWith(":ShareAccess"));
    expect(access.map(({ name }) => name).sort()).toEqual([
      "recordings-bbb-01",
      "recordings-bbb-02",
      "recordings-worker-01",
    ]);
    for (const { inputs } of access)
      expect(inputs).toMatchObject({
        accessType: "ip",
        accessLevel: "rw",
        accessTo: expect.stringMatching(/^10\.20\.0\.\d+$/),
      });
  });

  it("is mounted where the cloud prefers it, and other stacks are told where", () => {
    const { spec } = find(nodes, "PersistentVolume", "recordings").inputs as Any;
    expect(spec.nfs).toEqual({ server: "198.51.100.9", path: "/shares/one" });
    expect(published).toEqual({ location: "198.51.100.9:/shares/one" });
  });

  it("is refused where it has no export by which NFS is mounted", () => {
    expect(() => preferred([])).toThrow("a share of Manila has no export of NFS: none at all");
    expect(() => preferred([{ path: "ceph://one", preferred: "True" }])).toThrow("no export of NFS: ceph://one");
  });
});
