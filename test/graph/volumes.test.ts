/** Volumes that the document no longer has: nothing that holds data goes without a word in it. */
import { describe, expect, it } from "vitest";
import { graph } from "./program.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Change = (document: any) => void;

const urnOf = (name: string) =>
  `urn:pulumi:test::estate::estate:storage:HostVolumes$openstack:blockstorage/volume:Volume::${name}`;
const recordings = { sizeGiB: 100, type: "fast", path: "/var/lib/recordings" };
const withVolumes: Change = ({ roles }) => {
  roles.bbb.volumes = { recordings };
};
/** What the state holds of them, as cinder said it. */
const outputs = Object.fromEntries(
  ["bbb-01-recordings", "bbb-02-recordings"].map((name) => [urnOf(name), { size: 100, volumeType: "fast" }]),
);
const volumes = async (change: Change) =>
  (await graph({ change, outputs })).filter(({ type }) => type.endsWith("/volume:Volume"));

describe("an estate that has volumes", () => {
  it("is refused when a host, a volume or a role leaves the document, with each volume named, and the cure", async () => {
    const changes: readonly (readonly [Change, readonly string[]])[] = [
      [(document) => delete document.roles.bbb.hosts["bbb-02"], ["bbb-02-recordings"]],
      [(document) => delete document.roles.bbb.volumes, ["bbb-01-recordings", "bbb-02-recordings"]],
      [(document) => delete document.roles.bbb, ["bbb-01-recordings", "bbb-02-recordings"]],
      [
        (document) => {
          document.roles.bbb.volumes = { other: recordings };
        },
        ["bbb-01-recordings", "bbb-02-recordings"],
      ],
    ];
    for (const [change, gone] of changes) {
      const refused = await volumes((document) => {
        withVolumes(document);
        change(document);
      }).catch((error: Error) => error.message);
      expect(refused).toMatch(/^Data would be lost, so nothing is changed:\n/);
      for (const name of gone)
        expect(refused).toContain(
          `  the volume ${name} is no longer in the document: put it back, or write removal: { volumes: { ${name}: keep } }`,
        );
      expect(String(refused).match(/the volume /g)).toHaveLength(gone.length);
    }
  });

  it("is refused when a volume would shrink, or be of another type", async () => {
    const refused = volumes(({ roles }) => {
      roles.bbb.volumes = { recordings: { ...recordings, sizeGiB: 50, type: "slow" } };
    });
    await expect(refused).rejects.toThrow(
      /roles\.bbb\.volumes\.recordings\.sizeGiB: bbb-01-recordings has 100 GiB, and volumes do not shrink(.|\n)*\.type: bbb-01-recordings is of the type fast/,
    );
  });

  it("grows them, and keeps those whose type the document leaves to the cloud", async () => {
    const grown = await volumes(({ roles }) => {
      roles.bbb.volumes = { recordings: { sizeGiB: 200, path: recordings.path } };
    });
    expect(grown.map(({ name, inputs }) => `${name} ${inputs.size}`)).toEqual([
      "bbb-01-recordings 200",
      "bbb-02-recordings 200",
    ]);
  });

  it("keeps the volume of a host that leaves, as the same resource with the same inputs, where the document says so", async () => {
    const before = (await volumes(withVolumes)).find(({ name }) => name === "bbb-02-recordings");
    const kept = await volumes((document) => {
      withVolumes(document);
      delete document.roles.bbb.hosts["bbb-02"];
      document.removal = { volumes: { "bbb-02-recordings": "keep" } };
    });
    const after = kept.find(({ name }) => name === "bbb-02-recordings");
    expect(after?.parent).toBe("estate:storage:HostVolumes::kept.volumes");
    // what it leaves out stays as the state has it
    expect(after?.ignoreChanges).toEqual(["size", "volumeType"]);
    const { volumeType: _, ...inputs } = before?.inputs ?? {};
    expect(after?.inputs).toEqual(inputs);
    expect(before?.type).toBe(after?.type);
  });

  it("lets a volume go of which the document says that it is deleted, and makes none of a name that it only mentions", async () => {
    const left = await volumes((document) => {
      withVolumes(document);
      delete document.roles.bbb.hosts["bbb-02"];
      document.removal = { volumes: { "bbb-02-recordings": "delete", "bbb-09-recordings": "keep" } };
    });
    expect(left.map(({ name }) => name)).toEqual(["bbb-01-recordings"]);
  });
});
