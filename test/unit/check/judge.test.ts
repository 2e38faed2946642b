import { describe, expect, it } from "vitest";
import { judge } from "../../../cli/check/judge.ts";
import { asJson, asText } from "../../../cli/check/print.ts";
import type { Row } from "../../../cli/check/row.ts";
import { campus, campusCloud, emptyCloud, fullCloud, needsOf, providerNeeds, withVolumes } from "./clouds.ts";

const refused = { unknown: "GET /x: 403 Forbidden" };

const bad = (rows: readonly Row[]) => rows.filter(({ verdict }) => verdict !== "ok");
const whats = (rows: readonly Row[]) => rows.map(({ what, verdict }) => `${what}: ${verdict}`);
const row = (rows: readonly Row[], what: string) => rows.find((one) => one.what === what);

describe("a cloud that has all", () => {
  it("is enough to the last of everything", () => {
    const rows = judge(needsOf(), emptyCloud());
    expect(bad(rows)).toEqual([]);
    expect(row(rows, "cores")).toEqual({
      ...{ what: "cores", needed: 30, inUse: 0, limit: 30, free: 30, verdict: "ok" },
    });
    expect(row(rows, "security groups")).toMatchObject({ needed: 4, inUse: 1, limit: 5, free: 4 });
    expect(row(rows, "addresses of public")).toMatchObject({ needed: 6, inUse: 2, limit: 8, free: 6 });
    expect(row(rows, "flavor m1.large")).toMatchObject({ needed: 2, detail: "8 cores, 16384 MiB memory, 80 GiB disk" });
  });

  it("is enough again when the estate is built: what it has is not asked for twice", () => {
    for (const needs of [needsOf(), needsOf(withVolumes)]) {
      const rows = judge(needs, fullCloud());
      expect(bad(rows)).toEqual([]);
      expect(rows).toEqual(judge(needs, emptyCloud()));
    }
  });

  it("is not enough for one host more, of a built estate too", () => {
    const grown = needsOf((document) => {
      document.roles.bbb.hosts["bbb-03"] = {};
    });
    for (const cloud of [emptyCloud(), fullCloud()])
      expect(whats(bad(judge(grown, cloud)))).toEqual(
        [
          ...["instances", "cores", "memory (MiB)", "ports", "floating IPs"].map((what) => `${what}: missing`),
          "security group rules: missing",
          ...["record sets of estate.test.", "records of estate.test."].map((what) => `${what}: missing`),
        ].toSpliced(0, 0, "addresses of public: missing"),
      );
  });

  it("may have no limits", () => {
    const rows = judge(
      needsOf(),
      fullCloud((cloud) => {
        for (const name of Object.keys(cloud.compute.limits.value))
          if (name.startsWith("max")) cloud.compute.limits.value[name] = -1;
        for (const one of Object.values<{ limit: number }>(cloud.networking.quotas.value)) one.limit = -1;
        for (const name of Object.keys(cloud.names.quotas.value)) cloud.names.quotas.value[name] = -1;
      }),
    );
    expect(bad(rows)).toEqual([]);
    expect(row(rows, "instances")).toEqual({ what: "instances", needed: 6, inUse: 0, limit: -1, verdict: "ok" });
  });
});

describe("volumes", () => {
  const needs = needsOf(withVolumes);
  const ofVolumes = (rows: readonly Row[]) => whats(rows.filter(({ what }) => /volume/.test(what)));

  it("are counted and measured, those of a type with limits of its own too", () => {
    const rows = judge(needs, emptyCloud());
    expect(ofVolumes(rows)).toEqual([
      ...["volume type ssd", "volumes", "volumes (GiB)", "size of a volume (GiB)"].map((what) => `${what}: ok`),
      ...["volumes of type ssd", "volumes of type ssd (GiB)"].map((what) => `${what}: ok`),
    ]);
    expect(row(rows, "volumes")).toEqual({ what: "volumes", needed: 2, inUse: 0, limit: 2, free: 2, verdict: "ok" });
    expect(row(rows, "volumes of type ssd (GiB)")).toMatchObject({ needed: 200, free: 200 });
  });

  it("of an estate that has none are asked of no cloud", () => {
    expect(ofVolumes(judge(needsOf(), emptyCloud()))).toEqual([]);
  });

  it("that grow need what is added, and those of another estate are in use", () => {
    const grown = needsOf((document) => {
      withVolumes(document);
      document.roles.bbb.volumes.recordings.sizeGiB = 150;
    });
    const cloud = fullCloud(({ storage }) => {
      storage.quotas.value.gigabytes.limit = 300;
      storage.volumes.value[0].description = "Estate another";
    });
    const rows = judge(grown, cloud);
    expect(row(rows, "volumes")).toMatchObject({ inUse: 1, free: 1, verdict: "missing" });
    expect(row(rows, "volumes (GiB)")).toMatchObject({ needed: 300, inUse: 100, limit: 300, verdict: "missing" });
    expect(row(rows, "size of a volume (GiB)")?.cure).toMatch(/--per-volume-gigabytes 150 p1/);
  });
});

describe("what others have", () => {
  it("is not taken for the estate's: a server of that name, or of a host that is gone", () => {
    const rows = judge(
      needsOf(),
      fullCloud((cloud) => {
        const [first, second] = cloud.compute.servers.value;
        first.metadata = { estate: "another" };
        second.name = "bbb-99";
      }),
    );
    expect(row(rows, "instances")).toMatchObject({ inUse: 2, free: 4, verdict: "missing" });
  });

  it("is not taken for it in neutron either", () => {
    const rows = judge(
      needsOf(),
      fullCloud((cloud) => {
        const { networks, ports, securityGroups, floatingIps } = cloud.networking;
        networks.value[1].project_id = "another";
        ports.value[0].security_groups = ["g0"];
        securityGroups.value[2].name = "another-bbb";
        floatingIps.value[0].description = "mine";
      }),
    );
    const free = (what: string) => row(rows, what)?.free;
    expect([free("networks"), free("ports"), free("security groups"), free("floating IPs")]).toEqual([0, 5, 3, 4]);
  });
});

describe("a cloud that lacks", () => {
  it("many things is told of all of them at once; what depends on them is not called enough", () => {
    const needs = needsOf((document) => {
      document.roles.bbb.flavor = "m1.huge";
      document.image.name = "ubuntu";
      document.network.external = "internet";
      document.roles.worker.count = 99;
      delete document.roles.worker.hosts;
    });
    const rows = judge(
      needs,
      emptyCloud((cloud) => {
        cloud.images = { value: [] };
        cloud.compute.limits.value.maxTotalCores = 1000;
      }),
    );
    expect(whats(bad(rows))).toEqual(
      expect.arrayContaining(
        ["image ubuntu", "flavor m1.huge", "external network internet", "instances", "memory (MiB)", "ports"].map(
          (what) => `${what}: missing`,
        ),
      ),
    );
    expect(row(rows, "cores")).toMatchObject({ verdict: "unknown", detail: expect.stringContaining("2 hosts") });
  });
});

describe("mode provider", () => {
  it("needs the site's network and addresses, and nothing of the other mode", () => {
    const rows = judge(providerNeeds, campusCloud());
    expect(bad(rows)).toEqual([]);
    expect(row(rows, "addresses of 198.51.100.0/24")).toMatchObject({ needed: 6, inUse: 4, free: 6 });
    expect(rows.some(({ what }) => /^(networks|subnets|routers|floating IPs|external .*)$/.test(what))).toBe(false);
  });

  it("counts its own hosts' addresses as its own", () => {
    const cloud = campusCloud(campus, ({ networking }) => {
      const one = { id: "p", name: "bbb-01", network_id: "n-campus", device_owner: "", security_groups: ["g"] };
      Object.assign(networking, {
        ports: { value: [{ ...one, fixed_ips: [{ subnet_id: "s-campus" }] }] },
        securityGroups: { value: [{ id: "g", name: "estate-hosts", security_group_rules: [] }] },
      });
    });
    expect(row(judge(providerNeeds, cloud), "addresses of 198.51.100.0/24")).toMatchObject({ inUse: 3, free: 7 });
  });
});

describe("what the cloud does not say", () => {
  it("is unknown with the reason, never enough", () => {
    const cloud = emptyCloud((all) => {
      all.images = refused;
      for (const part of [all.compute, all.networking, all.storage, all.names])
        for (const key of Object.keys(part)) if (key !== "addresses") part[key] = refused;
    });
    // what the catalogue lists is known, and what follows from that
    const known = /^(service |front of the API$)/;
    const rows = judge(needsOf(withVolumes), cloud).filter(({ what }) => !known.test(what));
    expect(rows.length).toBeGreaterThan(15);
    for (const one of rows) expect(one, one.what).toMatchObject({ verdict: "unknown", detail: refused.unknown });
  });

  it("of one quota is unknown for it alone", () => {
    const cloud = emptyCloud((all) => {
      delete all.networking.quotas.value.port;
      all.networking.addresses["n-public"] = refused;
      all.compute.flavors.value[0].disk = 0;
    });
    const rows = judge(needsOf(), cloud);
    expect(whats(bad(rows))).toEqual(["flavor m1.small: unknown", "addresses of public: unknown", "ports: unknown"]);
    const text = asText(rows);
    expect(text).toMatch(/What the cloud does not say:\n(.*\n)* {2}addresses of public: GET \/x: 403 Forbidden\n/);
    expect(text).toContain("Nothing is missing.");
    expect(JSON.parse(asJson(rows))).toMatchObject({ ok: true, problems: [] });
  });
});

it("optional services that are not there are shown with what they are for, and are no problem", () => {
  const rows = judge(
    needsOf(),
    emptyCloud((cloud) => {
      cloud.services = ["compute", "network", "image", "dns", "block-storage"];
    }),
  );
  expect(bad(rows)).toEqual([]);
  expect(row(rows, "service block-storage (Cinder)")?.detail).toBe("there");
  expect(row(rows, "service shared-file-system (Manila)")?.detail).toMatch(/^not there.*recordings/);
});

it("the table has a line for each thing, and one with the cure for each problem", () => {
  const rows = judge(
    needsOf(),
    emptyCloud((cloud) => {
      cloud.compute.limits.value.maxTotalInstances = 4;
      cloud.compute.limits.value.maxTotalCores = -1;
    }),
  );
  const text = asText(rows);
  expect(text).toMatch(/^WHAT +NEEDED +IN USE +LIMIT +FREE +VERDICT +DETAIL$/m);
  expect(text).toMatch(/^instances +6 +0 +4 +4 +missing$/m);
  expect(text).toMatch(/^cores +30 +0 +no limit +ok$/m);
  expect(text).toMatch(/What is missing:\n {2}instances: 6 needed, 4 free: .*openstack quota set --instances 6 p1\)$/m);
  expect(text).toMatch(/\n1 thing is missing\.$/);
  expect(JSON.parse(asJson(rows))).toMatchObject({ ok: false, problems: [{ what: "instances" }] });
});
