/**
 * What a server is made from, in estates that have all there is: nothing of it may be deleted before it is replaced, or the engine takes
 * the servers away with it, all at once and undrained (decisions A2).
 */
import { describe, expect, it } from "vitest";
import { behindVip } from "../unit/stacks/fixtures.ts";
import { nameOf } from "./order.ts";
import { graph, type Run } from "./program.ts";
import type { Registered } from "./record.ts";

const cloud: NonNullable<Run["cloud"]> = {
  made: (type) => (type.endsWith(":LoadBalancer") ? { vipAddress: "10.20.0.200", vipPortId: "vip-port" } : {}),
  found: (token) => `${token.split(":").at(-1)}-id`,
};

/** Volumes, server groups, an image that is uploaded, addresses by Ignition, hosts that are counted. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
function withAll(document: any): void {
  document.network.addressing = "static";
  document.image = { stream: "stable", version: "4230.2.4", sha256: "ab".repeat(32) };
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  for (const role of Object.values<Record<string, unknown>>(document.roles)) {
    role.antiAffinity = "hard";
    role.volumes = { data: { sizeGiB: 10, type: "fast", path: "/var/lib/data" } };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
function balanced(document: any): void {
  withAll(document);
  document.orchestrator.api = { front: "loadBalancer" };
}

const documents: Readonly<Record<string, NonNullable<Run["change"]>>> = {
  "mode private, a load balancer before the API": balanced,
  "mode private, a VIP before the API": (document) => {
    withAll(document);
    behindVip(document);
  },
  "mode provider, a load balancer before the API": (document) => {
    balanced(document);
    document.network.mode = "provider";
    delete document.network.external;
    document.sites = { local: { cidr: "198.51.100.0/24", network: "campus" } };
  },
};

/** Types of all that a server must have been made from, where a document has all. */
const expected = {
  every: [
    "networking/port:Port",
    "blockstorage/volume:Volume",
    "compute/serverGroup:ServerGroup",
    "images/image:Image",
  ],
  private: ["networking/network:Network", "networking/subnet:Subnet", "networking/secGroup:SecGroup"],
};

describe.each(Object.entries(documents))("%s", async (title, change) => {
  const nodes = await graph({ change, cloud });
  const byName = new Map(nodes.map((node) => [nameOf(node), node]));
  const servers = nodes.filter(({ type }) => type === "openstack:compute/instance:Instance");

  /** All that a resource is made from, by its inputs and theirs: by what it only comes after, the engine replaces nothing. */
  function upstream(of: Registered): Registered[] {
    const seen = new Set<string>();
    const open = Object.values(of.from).flat();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(...Object.values(byName.get(name)?.from ?? {}).flat());
    }
    return [...seen].flatMap((name) => byName.get(name) ?? []).filter(({ custom }) => custom);
  }

  it("has every server made from volume, server group, image and port, and from its network where that is the estate's", () => {
    expect(servers).toHaveLength(8);
    const types = [...expected.every, ...(title.startsWith("mode private") ? expected.private : [])];
    for (const server of servers)
      expect(
        upstream(server).map(({ type }) => type),
        server.name,
      ).toEqual(expect.arrayContaining(types.map((type) => `openstack:${type}`)));
  });

  it("has no server made from what is deleted before it is replaced", () => {
    // said for all of the cloud, whose provider would decide else; what fetches the image is no server's, and says nothing
    const safe = ({ type }: Registered) => (type.startsWith("openstack:") ? [false] : [false, undefined]);
    for (const server of servers)
      for (const node of upstream(server))
        expect(safe(node), `${server.name} from ${nameOf(node)}`).toContain(node.deleteBeforeReplace);
  });
});
