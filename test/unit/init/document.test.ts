import { describe, expect, it } from "vitest";
import { completeAnswers } from "../../../cli/init/complete.ts";
import { describeEstate } from "../../../cli/init/document.ts";
import type { Flags } from "../../../cli/init/flags.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { flags } from "./fixtures.ts";

const documentOf = async (given: Flags) => parseEstate(describeEstate(await completeAnswers(given)), "a test");

/** The lines of the error. */
async function refused(given: Flags): Promise<string[]> {
  const error: Error = await completeAnswers(given).then(
    () => expect.fail("it was taken"),
    (error) => error,
  );
  return error.message.split("\n").map((line) => line.trim());
}

const provider: Flags = { ...flags, mode: "provider", external: undefined, network: "campus", cidr: "203.0.113.0/24" };

describe("the document of a new estate", () => {
  it("has what the flags say, and defaults", async () => {
    expect(await documentOf(flags)).toMatchObject({
      zone: "meet.example.org",
      admins: { cidrs: { office: "198.51.100.0/24" } },
      network: {
        ...{ mode: "private", external: "public", nameservers: { cloud: "192.0.2.53" } },
        downloads: { mirror: { cidr: "192.0.2.80/32", port: 443 } },
      },
      sites: { main: { cidr: "10.20.0.0/24" } },
      image: { name: "Flatcar Stable" },
      orchestrator: { k3s: { url: "https://mirror.example.org/k3s", sha512: "ab".repeat(64) } },
      roles: {
        orchestrator: { count: 3, flavor: "m1.medium", publicAddress: true },
        bbb: { count: 2, flavor: "c1 large=fast", publicAddress: true },
        worker: { count: 1, flavor: "m1.small", runs: ["pods"], publicAddress: false },
      },
    });
  });

  it.each<[string, Flags, object]>([
    ["a network of the cloud", provider, { sites: { main: { network: "campus", cidr: "203.0.113.0/24" } } }],
    ["one server", { ...flags, orchestrators: "1" }, { roles: { orchestrator: { count: 1 } } }],
    ["no bbb host yet", { ...flags, bbb: "0" }, { roles: { bbb: { count: 0 } } }],
    ["its own range", { ...flags, cidr: "10.9.0.0/20" }, { sites: { main: { cidr: "10.9.0.0/20" } } }],
    [
      "several of a kind",
      { ...flags, admin: ["a=198.51.100.0/25", "b=203.0.113.7/32"] },
      { admins: { cidrs: { a: "198.51.100.0/25", b: "203.0.113.7/32" } } },
    ],
  ])("may have %s", async (_, given, expected) => {
    expect(await documentOf(given)).toMatchObject(expected);
  });
});

describe("flags that are missing", () => {
  it("are listed all at once, but none that has a default", async () => {
    const lines = await refused({ flavor: ["bbb=m1.large"] });
    expect(lines.slice(0, 2)).toEqual(["nothing was written.", "Missing are the flags:"]);
    expect(lines.slice(2).map((line) => line.split(/ {2,}/)[0])).toEqual([
      ...["--stack NAME", "--zone DOMAIN", "--external NETWORK", "--admin NAME=CIDR", "--nameserver NAME=ADDRESS"],
      ...["--k3s-url URL", "--k3s-sha512 HEX", "--download NAME=CIDR:PORT", "--image NAME"],
      ...["--flavor orchestrator=FLAVOR", "--flavor worker=FLAVOR"],
    ]);
  });

  it("are others in mode provider", async () => {
    const lines = await refused({ ...flags, external: undefined, mode: "provider" });
    expect(lines.slice(2).map((line) => line.split(/ {2,}/)[0])).toEqual(["--network NETWORK", "--cidr RANGE"]);
  });

  it("are told together with what is wrong", async () => {
    const lines = await refused({ ...flags, image: undefined, zone: "Meet" });
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^--image NAME/),
      "Wrong is:",
      "zone: write a domain in lower case, such as meet.example.org",
    ]);
  });
});

describe("flags that are wrong", () => {
  it.each<[string, Flags, string]>([
    [
      "stack",
      { stack: "../mine" },
      "--stack ../mine: use letters, digits, '-' and '_'; names that begin with local are for local stacks",
    ],
    [
      "local stack",
      { stack: "local-2" },
      "--stack local-2: use letters, digits, '-' and '_'; names that begin with local are for local stacks",
    ],
    [
      "mode",
      { mode: "flat" },
      "network.mode: write private (own networks behind a router) or provider (a network of the cloud)",
    ],
    [
      "flag of the other mode",
      { network: "campus" },
      "--network: is for mode provider: give --mode provider, or leave it out",
    ],
    ["range", { cidr: "10.20.0.0/33" }, "sites.main.cidr: write an IPv4 range, such as 203.0.113.0/24"],
    [
      "range of the pods",
      { cidr: "10.42.7.0/24" },
      "orchestrator.podCidr: 10.42.0.0/16 overlaps sites.main.cidr (10.42.7.0/24): choose a range of its own",
    ],
    [
      "administrators",
      { admin: ["all=0.0.0.0/0"] },
      "admins.cidrs.all: is the whole internet: name the ranges you work from",
    ],
    [
      "entry",
      { admin: ["198.51.100.0/24"] },
      "--admin 198.51.100.0/24: write NAME=CIDR, such as office=198.51.100.0/24",
    ],
    [
      "entry twice",
      { nameserver: ["a=192.0.2.1", "a=192.0.2.2"] },
      "--nameserver: a is there twice; give each a name of its own",
    ],
    [
      "name of an entry",
      { nameserver: ["A=192.0.2.1"] },
      "network.nameservers.A: use 1 to 40 lower-case letters, digits and '-', starting with a letter",
    ],
    [
      "no port",
      { download: ["mirror=192.0.2.80/32"] },
      "--download mirror=192.0.2.80/32: write NAME=CIDR:PORT, such as mirror=192.0.2.80/32:443",
    ],
    [
      "other port",
      { download: ["mirror=192.0.2.80/32:80"] },
      "network.downloads: no entry lets hosts reach mirror.example.org port 443, where orchestrator.k3s.url points: add its range and port",
    ],
    ["address", { k3sUrl: "k3s" }, "orchestrator.k3s.url: write an http or https address"],
    ["hash", { k3sSha512: "ab" }, "orchestrator.k3s.sha512: write the SHA-512 as 128 lower-case hexadecimal digits"],
    [
      "even servers",
      { orchestrators: "2" },
      "roles.orchestrator.count: 2 servers: etcd needs an odd number; have 3, 5 or 7, or a single one",
    ],
    ["count", { bbb: "two" }, "--bbb two: write NUMBER, such as 2"],
    [
      "role",
      { flavor: [...(flags.flavor ?? []), "turn=m1"] },
      "--flavor turn=m1: write ROLE=FLAVOR, with one of the roles orchestrator, bbb, worker",
    ],
    [
      "flavor twice",
      { flavor: [...(flags.flavor ?? []), "bbb=m1"] },
      "--flavor: bbb is there twice; a role has one flavor",
    ],
  ])("say where and what instead: %s", async (_, wrong, line) => {
    expect((await refused({ ...flags, ...wrong })).slice(1)).toEqual(["Wrong is:", line]);
  });

  it("are listed all at once", async () => {
    const lines = await refused({ ...flags, zone: "x", bbb: "two", k3sSha512: "" });
    expect(lines.slice(2).map((line) => line.split(":")[0])).toEqual(["--bbb two", "zone", "orchestrator.k3s.sha512"]);
  });
});
