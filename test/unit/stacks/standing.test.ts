/** What a base of its own may not take from under servers. */
import { describe, expect, it } from "vitest";
import { recordedOf } from "../../../components/recorded.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { baseDigest, networksOf, type PublishedBase } from "../../../stacks/publishedBase.ts";
import { keptImages, keptRules, takenFromUnder, usedBy } from "../../../stacks/standing.ts";
import { behindVip, estate } from "./fixtures.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Change = (document: any) => void;
const withVolume: Change = ({ roles }) => {
  roles.bbb.volumes = { recordings: { sizeGiB: 1, path: "/r" } };
};
const factsOf = (...changes: readonly Change[]) =>
  deriveFacts(
    estate((document) => {
      for (const change of [withVolume, ...changes]) change(document);
    }),
  );

const facts = factsOf();
const before: PublishedBase = {
  ...{ digest: baseDigest(facts), addressing: "dhcp", networks: networksOf(facts), rules: [...facts.rules] },
  images: { "flatcar-local": { id: "image-1", sha256: "ab" } },
  hosts: Object.fromEntries(
    facts.pools
      .flatMap((pool) => pool.hosts)
      .map(({ name, role, site, volumes }) => [
        name,
        {
          ...{ role, site, publicAddress: true, portId: `port-${name}`, fixed: "10.0.0.1", announced: "10.0.0.1" },
          interface: { mac: "", address: "10.0.0.1", gateway: "10.0.0.254" },
          volumes: Object.fromEntries(volumes.map((volume) => [volume.name, `${name}-${volume.name}`])),
        },
      ]),
  ),
};

/** As the state of the stack of the servers has them. */
function serversOf(...names: readonly string[]): ReadonlySet<string> {
  const server = (name: string) => [
    `urn:pulumi:prod::estate::estate:compute:HostPool$estate:compute:Host$openstack:compute/instance:Instance::${name}`,
    {
      outputs: {
        ...{ imageId: "image-1", networks: [{ port: `port-${name}` }] },
        blockDevices: [{ uuid: "image-1" }, { uuid: `${name}-recordings` }],
      },
    },
  ];
  return usedBy(recordedOf(Object.fromEntries(names.map(server))));
}

const refused = (used: ReadonlySet<string>, ...changes: readonly Change[]) =>
  takenFromUnder(factsOf(...changes), before, used, { of: "prod", builtOn: before.digest });

describe("a change of the base is refused", () => {
  const all = serversOf("orchestrator-01", "bbb-01", "bbb-02", "worker-01");

  it.each<[string, Change, readonly string[]]>([
    ["that changes nothing", () => undefined, []],
    ["that adds a host", ({ roles }) => (roles.worker.hosts["worker-02"] = {}), []],
    [
      "that drops a host",
      ({ roles }) => delete roles.bbb.hosts["bbb-02"],
      [
        "the host bbb-02 goes, and its server stands: run 'pulumi up --stack prod' first, which drains it and takes it away",
      ],
    ],
    [
      "that drops a volume",
      ({ roles }) => delete roles.bbb.volumes,
      ["bbb-01", "bbb-02"].map(
        (name) =>
          `the volume recordings of ${name} goes, and its server stands: run 'pulumi up --stack prod' first, which drains it and replaces it without`,
      ),
    ],
    [
      "that moves a host to another site",
      ({ roles, sites }) => {
        sites.other = { cidr: "10.99.0.0/24" };
        for (const { hosts } of Object.values<{ hosts: Record<string, { site?: string }> }>(roles))
          for (const [name, host] of Object.entries(hosts)) host.site = name === "worker-01" ? "other" : "local";
      },
      [
        "the host worker-01 moves from local to other, and its server stands: run 'pulumi up --stack prod' first, which drains it, with the host taken out of the document; then put it back",
      ],
    ],
    [
      "that changes a network",
      ({ sites }) => (sites.local.cidr = "10.21.0.0/24"),
      [
        "the network of the site local is another, while servers stand there: no base of its own can do that; say a new site for new hosts instead",
      ],
    ],
    [
      "that puts the API behind a VIP",
      behindVip,
      [
        "orchestrator.api.front becomes a VIP, or is none any more, while servers stand: no base of its own can do that",
      ],
    ],
  ])("%s", (_, change, told) => {
    expect(refused(all, change)).toEqual(told);
    // where no server stands it may
    expect(refused(serversOf(), change)).toEqual([]);
  });
});

it("what goes with something new in the same document is told to be two changes, since each begins elsewhere", () => {
  const told = refused(serversOf("bbb-02"), ({ roles }) => {
    delete roles.bbb.hosts["bbb-02"];
    roles.bbb.hosts["bbb-03"] = {};
  });
  expect(told).toHaveLength(2);
  expect(told[1]).toMatch(
    /^what is new \(the host bbb-03, the rule \S+.*\) begins here, and what goes begins there: make two changes of the document, one after/,
  );
});

it("another name server is changed in place, and what was open to the old one stays until the servers are of this document", () => {
  const other: Change = ({ network }) => {
    network.nameservers = { estate: "192.0.2.99" };
  };
  expect(refused(serversOf("bbb-01"), other)).toEqual([]);
  const kept = keptRules(factsOf(other), before, before.digest).map(({ key }) => key);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.filter((key) => !key.includes("192.0.2.53"))).toEqual([]);
  expect(keptRules(factsOf(other), before, baseDigest(factsOf(other)))).toEqual([]);
  // who came in from a range is out at once
  const closed = factsOf(({ admins }) => {
    admins.cidrs = { other: "198.51.100.7/32" };
  });
  expect(keptRules(closed, before, before.digest).filter(({ direction }) => direction === "ingress")).toEqual([]);
  // those of a role that is gone went with its group
  const without = factsOf(({ roles }) => delete roles.worker);
  expect(keptRules(without, before, before.digest).filter(({ key }) => key.includes("worker"))).toEqual([]);
});

it("where hosts go by DHCP it stays until none does", () => {
  const still: Change = ({ network }) => {
    network.addressing = "static";
  };
  const told = [
    "network.addressing is another, and servers go by dhcp: run 'pulumi up --stack prod' first, which replaces them",
  ];
  expect(refused(serversOf("bbb-01"), still)).toEqual(told);
  const after = { of: "prod", builtOn: baseDigest(factsOf(still)) };
  expect(takenFromUnder(factsOf(still), before, serversOf("bbb-01"), after)).toEqual([]);
});

it("an image stays as long as a server has it, if it is one that was uploaded", () => {
  const newer = { image: { name: "newer" } } as Parameters<typeof keptImages>[0];
  expect(keptImages(newer, before, serversOf("bbb-01"))).toEqual([{ name: "flatcar-local", sha256: "ab" }]);
  expect(keptImages(newer, before, serversOf())).toEqual([]);
  expect(keptImages(facts, before, serversOf("bbb-01"))).toEqual([]);
  const found = { ...before, images: { "flatcar-local": { id: "image-1" } } };
  expect(keptImages(newer, found, serversOf("bbb-01"))).toEqual([]);
});
