/** What a document may say of the store of recordings, what its host gets, and who reaches it. */
import { describe, expect, it } from "vitest";
import { requirements } from "../../../../cli/check/requirements.ts";
import { serviceRows } from "../../../../cli/check/services.ts";
import { machineFacts, machineSecrets } from "../../../../ignition/machine.ts";
import { renderMachine } from "../../../../ignition/render.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { securityRules } from "../../../../stacks/securityRules.ts";
import { estate, uniqueSecrets } from "../../stacks/fixtures.ts";
import { withScalelite, withStore } from "../documents.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Any = any;

const written =
  (change: (document: Any) => void = () => undefined) =>
  () =>
    estate((document) => {
      withStore(document);
      change(document);
    });

function machine(host: string, change: (document: Any) => void = () => undefined) {
  const facts = deriveFacts(written(change)());
  const found = facts.pools.flatMap((pool) => pool.hosts).find(({ name }) => name === host);
  if (!found) throw new Error(`no host ${host}`);
  const devices = Object.fromEntries(found.volumes.map(({ name }) => [name, "0".repeat(20)]));
  const of = machineFacts(facts, found, devices);
  return JSON.parse(renderMachine(of, machineSecrets(uniqueSecrets(), of)));
}

describe("the document", () => {
  it("needs one host with a volume, and no second one", () => {
    expect(written()).not.toThrow();
    expect(written((document) => (document.roles.recordings.count = 2))).toThrow(
      "apps.recordings: needs exactly one host that runs recordings (there are recordings-01, recordings-02)",
    );
    expect(written((document) => delete document.roles.recordings)).toThrow(
      "(there is none): write runs: [recordings]",
    );
    expect(written((document) => (document.roles.recordings.volumes = {}))).toThrow(
      "apps.recordings.path: role recordings has no volume at /var/lib/recordings: write roles.recordings.volumes.recordings:",
    );
  });

  it("may put the store on a host that runs pods, too", () => {
    const shared = written((document) => {
      delete document.roles.recordings;
      document.roles.store = {
        ...{ flavor: "m1.small", runs: ["pods", "recordings"], count: 1 },
        volumes: { recordings: { sizeGiB: 5, path: "/var/lib/recordings" } },
      };
    });
    expect(shared).not.toThrow();
  });

  it("is refused where the system has no NFS server", () => {
    const other = (document: Any) => (document.image = { system: "fedora-coreos", name: "fedora-coreos" });
    expect(written(other)).toThrow("apps.recordings: needs an NFS server in the system of the host");
  });

  it("may name a share of Manila instead, which hosts must be let to, and which is alone", () => {
    const shared = (change: (document: Any) => void = () => undefined) =>
      written((document) => {
        delete document.roles.recordings;
        document.apps.recordings = { share: { sizeGiB: 100 } };
        document.network.downloads.recordings = { cidr: "198.51.100.0/24", port: 2049 };
        change(document);
      });
    expect(shared()).not.toThrow();
    expect(shared((document) => delete document.network.downloads.recordings)).toThrow(
      "apps.recordings.share: no entry of network.downloads lets hosts reach port 2049",
    );
    expect(shared((document) => document.roles.worker.runs.push("recordings"))).toThrow(
      "apps.recordings.share: is the store, and worker-01 would be another",
    );
    const needs = requirements(deriveFacts(shared()()));
    expect(
      serviceRows(needs, ["compute", "network", "image", "dns"]).filter(({ verdict }) => verdict === "missing"),
    ).toEqual([
      expect.objectContaining({
        what: "service shared-file-system (Manila)",
        cure: expect.stringContaining("apps.recordings.share"),
      }),
    ]);
  });

  it("lets Scalelite have recordings only where they have a store, the estate's or another one", () => {
    const scalelite = (settings: object, apps: object) => () =>
      estate((document) => {
        withStore(document);
        withScalelite(document, { settings, apps });
      });
    expect(scalelite({ recordings: {} }, {})).not.toThrow();
    expect(scalelite({ recordings: {} }, { recordings: { enabled: false } })).toThrow(
      "apps.scalelite.recordings: needs their store: write apps.recordings too, or name a claim of yours here",
    );
    expect(scalelite({ recordings: { claim: "mine" } }, { recordings: { enabled: false } })).not.toThrow();
  });
});

describe("the host of the store", () => {
  const { storage, systemd } = machine("recordings-01");
  const unit = (name: string) => systemd.units.find((one: Any) => one.name === name);
  const file = (path: string) =>
    decodeURIComponent(storage.files.find((one: Any) => one.path === path)?.contents.source.slice("data:,".length));

  it("exports one folder of its volume, by NFSv4 alone, to nobody's root", () => {
    expect(file("/etc/exports")).toBe("/var/lib/recordings/store *(rw,sync,secure,root_squash,no_subtree_check)\n");
    expect(file("/etc/nfs.conf.d/estate.conf")).toMatch(/^vers3=n$/m);
    expect(unit("nfs-mountd.service").dropins[0].contents).toContain("rpc.mountd --no-tcp --no-udp");
    for (const old of ["rpcbind.service", "rpcbind.socket", "rpc-statd.service"])
      expect(unit(old)).toEqual({ name: old, mask: true });
  });

  it("serves nothing before the volume is mounted and the folder is its users'", () => {
    expect(unit("nfs-server.service")).toMatchObject({ enabled: true });
    expect(unit("nfs-server.service").dropins[0].contents).toMatch(/^RequiresMountsFor=\/var\/lib\/recordings$/m);
    expect(unit("nfs-server.service").dropins[0].contents).toMatch(/^Requires=estate-recordings\.service$/m);
    const folder = unit("estate-recordings.service").contents;
    expect(folder).toMatch(/^RequiresMountsFor=\/var\/lib\/recordings$/m);
    expect(folder).toMatch(/chown 1000:2000 \/var\/lib\/recordings\/store$/m);
  });

  it("is alone in having them, and the same whatever hosts there are besides", () => {
    expect(JSON.stringify(machine("worker-01"))).not.toContain("nfs");
    const more = machine(
      "recordings-01",
      (document) => (document.roles.bbb.hosts = { ...document.roles.bbb.hosts, "bbb-09": {} }),
    );
    expect(more).toEqual({ storage, systemd, ignition: more.ignition, passwd: more.passwd });
  });
});

describe("the port of the store", () => {
  const rules = (change: (document: Any) => void = () => undefined) =>
    securityRules(written(change)()).filter(({ from }) => from === 2049);

  it("is open to hosts that record, and to those whose pods import and serve", () => {
    const ingress = rules().filter(({ direction }) => direction === "ingress");
    expect(ingress.map(({ group, remote }) => [group, remote])).toEqual([
      ["recordings", { group: "bbb" }],
      ["recordings", { group: "worker" }],
    ]);
    const egress = rules().filter(({ direction }) => direction === "egress");
    expect(egress.map(({ group, remote }) => [group, remote])).toEqual([
      ["bbb", { group: "recordings" }],
      ["worker", { group: "recordings" }],
    ]);
  });

  it("is closed where there is no store", () => {
    expect(rules((document) => (document.apps.recordings.enabled = false))).toEqual([]);
  });
});
