import { describe, expect, it } from "vitest";
import { ports } from "../../../stacks/ports.ts";
import { securityGroups, securityRules } from "../../../stacks/securityRules.ts";
import { estate } from "./fixtures.ts";

const rules = securityRules(estate());
const keys = rules.map(({ key }) => key);

describe("the port catalogue", () => {
  it("names every service once, with a range that is one", () => {
    expect(new Set(ports.map(({ service }) => service)).size).toBe(ports.length);
    for (const { protocol, from, to } of ports.filter(({ protocol }) => protocol !== "icmp"))
      expect(from > 0 && from <= to && to <= 65_535, protocol).toBe(true);
  });

  it("gives every rule a key of its own, the same on every run", () => {
    expect(new Set(keys).size).toBe(keys.length);
    expect(securityRules(estate()).map(({ key }) => key)).toEqual(keys);
  });

  it("opens to the world what it says, and nothing else", () => {
    const open = rules.filter(({ remote }) => "cidr" in remote && remote.cidr.endsWith("/0"));
    expect(open.map(({ key }) => key)).toEqual([
      "bbb-in-tcp:443-from-0.0.0.0/0",
      "bbb-in-tcp:80-from-0.0.0.0/0",
      "bbb-in-udp:16384-32768-from-0.0.0.0/0",
      "bbb-out-udp:1024-65535-to-0.0.0.0/0",
      // greenlight and scalelite, which have no hosts of their own here
      "worker-in-tcp:443-from-0.0.0.0/0",
      "worker-in-tcp:80-from-0.0.0.0/0",
    ]);
  });

  it("has the other end of every arrow between groups", () => {
    for (const rule of rules) {
      if (!("group" in rule.remote)) continue;
      const other = rule.remote.group;
      const match = rules.filter(
        (one) =>
          one.group === other &&
          one.direction !== rule.direction &&
          "group" in one.remote &&
          one.remote.group === rule.group &&
          one.protocol === rule.protocol &&
          one.from === rule.from &&
          one.to === rule.to,
      );
      expect(match, rule.key).toHaveLength(1);
    }
  });

  it.each([
    "hosts-in-tcp:22-from-203.0.113.1/32",
    "orchestrator-in-tcp:6443-from-hosts",
    "orchestrator-in-tcp:6443-from-203.0.113.1/32",
    "orchestrator-in-tcp:2379-2380-from-orchestrator",
    "hosts-in-tcp:10250-from-orchestrator",
    "hosts-in-udp:8472-from-hosts",
    "hosts-out-tcp:80-to-169.254.169.254/32",
    "hosts-out-udp:67-to-255.255.255.255/32",
    "hosts-out-udp:53-to-192.0.2.53/32",
    "hosts-out-tcp:80-to-192.0.2.80/32",
    "hosts-out-udp:123-to-192.0.2.53/32",
    "worker-in-tcp:443-from-203.0.113.1/32",
    "worker-out-tcp:443-to-bbb-01/32",
    "worker-out-tcp:443-to-bbb-02/32",
  ])("has %s", (key) => expect(keys).toContain(key));

  it("lets hosts out to the receiver of their journals, and there only", () => {
    const sent = securityRules(
      estate((document) => {
        document.logs = { address: "192.0.2.90" };
      }),
    );
    expect(sent.map(({ key }) => key).filter((key) => !keys.includes(key))).toEqual([
      "hosts-out-tcp:19532-to-192.0.2.90/32",
    ]);
    expect(keys.filter((key) => !sent.some((rule) => rule.key === key))).toEqual([]);
  });

  it("has a group with rules of its own for each service that has hosts, and none of them on other hosts", () => {
    const own = estate((document) => {
      const { worker } = document.roles;
      for (const name of ["greenlight", "scalelite", "monitoring"])
        document.roles[name] = { flavor: worker.flavor, hosts: { [`${name}-01`]: {} } };
      document.roles.turn = { flavor: worker.flavor, publicAddress: true, hosts: { "turn-01": {} } };
    });
    const groups = ["orchestrator", "bbb", "turn", "greenlight", "scalelite", "monitoring"];
    expect(securityGroups(own)).toEqual(expect.arrayContaining(groups));
    const made = securityRules(own).map(({ key }) => key);
    for (const group of groups)
      expect(made.filter((key) => key.startsWith(`${group}-in-`)).length, group).toBeGreaterThan(0);
    expect(made.filter((key) => key.startsWith("worker-"))).toEqual([]);
    expect(made).toEqual(
      expect.arrayContaining([
        "greenlight-in-tcp:443-from-0.0.0.0/0",
        "scalelite-in-tcp:443-from-0.0.0.0/0",
        "scalelite-out-tcp:443-to-bbb-01/32",
        "monitoring-in-tcp:443-from-203.0.113.1/32",
      ]),
    );
    expect(made).not.toContain("monitoring-in-tcp:443-from-0.0.0.0/0");
  });

  it("asks for no addresses where hosts are told theirs", () => {
    const told = securityRules(
      estate((document) => {
        document.network.addressing = "static";
      }),
    );
    expect(keys.filter((key) => !told.some((rule) => rule.key === key))).toEqual([
      "hosts-out-udp:67-to-10.20.0.0/24",
      "hosts-out-udp:67-to-255.255.255.255/32",
    ]);
    expect(told.filter(({ key }) => !keys.includes(key))).toEqual([]);
  });

  it("keeps every rule when what it comes from is renamed, and has one for what two services open alike", () => {
    const renamed = estate((document) => {
      document.admins.cidrs = { office: "203.0.113.1/32" };
      document.network.nameservers = { first: "192.0.2.53" };
      document.network.downloads = { registry: { cidr: "192.0.2.80/32", port: 80 } };
      document.sites = { main: document.sites.local };
    });
    expect(securityRules(renamed)).toEqual(rules);
    const alike = ports.map((port) => ({ ...port, service: `${port.service}-again` }));
    expect(securityRules(estate(), [...ports, ...alike])).toEqual(rules);
  });

  it("leaves a role out that the estate does not have", () => {
    const without = securityRules(
      estate((document) => {
        delete document.roles.bbb;
      }),
    );
    expect(without.filter(({ group }) => group === "bbb")).toEqual([]);
  });

  it("lets hosts out only to what is named", () => {
    const ranges = rules.flatMap(({ direction, remote }) =>
      direction === "egress" && "cidr" in remote ? remote.cidr : [],
    );
    expect([...new Set(ranges)].sort()).toEqual([
      "0.0.0.0/0",
      "10.20.0.0/24",
      "169.254.169.254/32",
      "192.0.2.53/32",
      "192.0.2.80/32",
      "255.255.255.255/32",
    ]);
  });
});
