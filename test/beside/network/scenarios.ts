import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { anyOut, id, mac, rule, tcp } from "../../unit/network/fixture.ts";
import { answer, answers, askMetadata, call, sh, silent, until, withinSecond } from "./lab.ts";
import type { Lab } from "./packets.ts";
import { podScenarios } from "./pods.ts";

const second = 1000;

/** Each proves one promise with packets, and leaves the cloud as it found it. */
export const scenarios: Readonly<Record<string, (lab: Lab) => Promise<void>>> = {
  "the hosts come up and answer": async () => {
    assert.ok((await until(async () => (await call("plain", "10.20.0.12", 80)) !== "", 20_000)) < 20_000);
    assert.ok((await until(async () => (await call("lone", "10.20.0.11", 80)) !== "", 20_000)) < 20_000);
  },

  "a remote group lets its members in, on its ports, and nobody else": async () => {
    await answers("web 10.20.0.13", "plain", "10.20.0.11", 443);
    await answers("web 10.20.0.13", "plain", "10.20.0.11", 5000, "udp");
    await silent("plain", "10.20.0.11", 80);
    await silent("web", "10.20.0.13", 443);
    await silent("plain", "10.20.0.14", 80);
  },

  "without an egress rule nothing goes out": async () => {
    await silent("mute", "10.20.0.12", 80);
    await silent("mute", "203.0.113.1", 9000);
  },

  "a router routes between its networks": async () => {
    await answers("far 10.20.0.13", "plain", "10.21.0.15", 80);
    await answers("web 10.21.0.15", "far", "10.20.0.11", 443);
  },

  "networks without a common router do not see each other, and may use the same addresses": async () => {
    await silent("other", "10.20.0.12", 80);
    await silent("plain", "10.30.0.16", 80);
    await answers("lonely 10.20.0.17", "lone", "10.20.0.11", 80);
    await silent("lone", "203.0.113.12", 80);
    await silent("operator", "10.20.0.12", 80);
  },

  "hosts reach the addresses of the cloud, and nothing else of the operator's side": async () => {
    await answers("operator 203.0.113.5", "plain", "192.0.2.10", 9000);
    await answers("operator 203.0.113.12", "peer", "192.0.2.10", 9000);
    await answers("operator 203.0.113.30", "bare", "192.0.2.10", 9000);
    await silent("plain", "203.0.113.1", 9000);
  },

  "a floating IP leads to its host: from the operator, another router, the same network, and itself": async () => {
    await answers("peer 203.0.113.1", "operator", "203.0.113.12", 80);
    await answers("peer 203.0.113.6", "other", "203.0.113.12", 80);
    await answers("peer 203.0.113.30", "bare", "203.0.113.12", 80);
    await answers("peer 203.0.113.5", "plain", "203.0.113.12", 80);
    await answers("peer 203.0.113.12", "peer", "203.0.113.12", 80);
    await answers("bare 203.0.113.1", "operator", "203.0.113.30", 80);
  },

  "through a floating IP a remote group does not match": async () => {
    await answers("web 10.20.0.13", "plain", "10.20.0.11", 443);
    await silent("plain", "203.0.113.11", 443);
    await silent("peer", "203.0.113.11", 443);
  },

  "a floating IP moves to another router, and its neighbours learn it": async ({ cloud, told, network }) => {
    await answers("peer 203.0.113.1", "operator", "203.0.113.12", 80);
    const moved = { fixed_ip_address: "10.30.0.16", port_id: id("other port"), router_id: id("green router") };
    const back = { fixed_ip_address: "10.20.0.12", port_id: id("peer port"), router_id: id("blue router") };
    await withinSecond({
      change: () => {
        cloud.change("floatingIps", "203.0.113.12", moved);
        told();
      },
      holds: async () => (await call("operator", "203.0.113.12", 80, "tcp", 0.2)).startsWith("other"),
      undo: async () => {
        cloud.change("floatingIps", "203.0.113.12", back);
        await network.settled(id("peer"));
        await answers("peer 203.0.113.1", "operator", "203.0.113.12", 80);
      },
    });
  },

  "a rule works within a second of its creation, and its removal also ends connections": async ({
    cloud,
    told,
    followed,
  }) => {
    const rules = cloud.state.securityGroups.find((group) => group.id === id("web"))?.security_group_rules ?? [];
    await silent("operator", "203.0.113.11", 80);
    await withinSecond({
      change: () => {
        cloud.change("securityGroups", "web", { security_group_rules: [...rules, rule(tcp(80))] });
        told();
      },
      holds: async () => (await call("operator", "203.0.113.11", 80, "tcp", 0.2)) !== "",
      undo: async () => {
        cloud.change("securityGroups", "web", { security_group_rules: rules });
        await followed();
        await silent("operator", "203.0.113.11", 80);
      },
    });
    // sends a line every 0.1 s over one "connection" of UDP, which the rule for the group of clients lets in
    const count = async () => Number(await sh("web", "cat /proc/net/snmp | awk '/^Udp: [0-9]/ { print $2 }'"));
    const talk = sh(
      "plain",
      "timeout 6 bash -c 'exec 3<>/dev/udp/10.20.0.11/5000; while :; do echo x >&3; sleep 0.05; done' || :",
    );
    await until(async () => (await count()) > 0);
    cloud.change("securityGroups", "web", { security_group_rules: [rule(anyOut)] });
    told();
    const stopped = async () => {
      const before = await count();
      await sleep(300);
      return (await count()) === before;
    };
    assert.ok((await until(stopped)) < 3 * second);
    await talk;
    await silent("plain", "10.20.0.11", 443);
    cloud.change("securityGroups", "web", { security_group_rules: rules });
  },

  "a host cannot send from an address that is not its own, until it is allowed": async ({ cloud, followed }) => {
    await followed();
    await sh("plain", "ip address add 10.20.0.99/32 dev eth0; ip route add 10.20.0.12/32 dev eth0 src 10.20.0.99");
    await silent("plain", "10.20.0.12", 80);
    cloud.change("ports", "plain port", { allowed_address_pairs: [{ ip_address: "10.20.0.99" }] });
    await followed();
    await answers("peer 10.20.0.99", "plain", "10.20.0.12", 80);
    // the pair counts as a member of the port's groups, too
    await sh("plain", "ip route add 10.20.0.11/32 dev eth0 src 10.20.0.99");
    await answers("web 10.20.0.99", "plain", "10.20.0.11", 443);
    cloud.change("ports", "plain port", { allowed_address_pairs: [] });
    await followed();
    await sh("peer", "ip neigh flush all");
    await silent("plain", "10.20.0.12", 80);
    await sh(
      "plain",
      "ip address del 10.20.0.99/32 dev eth0; ip route del 10.20.0.11/32 || :; ip route del 10.20.0.12/32 || :",
    );
    await answers("peer 10.20.0.13", "plain", "10.20.0.12", 80);
  },

  "IPv6: neighbours find each other, rules hold, and nobody sends from another's address": async () => {
    await answers("peer fd00::13", "plain", "fd00::12", 443);
    await silent("plain", "fd00::12", 80);
    await sh("plain", "ip address add fd00::99/128 dev eth0 nodad; ip route add fd00::12/128 dev eth0 src fd00::99");
    await silent("plain", "fd00::12", 443);
    await sh("plain", "ip route del fd00::12/128 dev eth0; ip address del fd00::99/128 dev eth0");
    await answers("peer fd00::13", "plain", "fd00::12", 443);
  },

  "a host cannot send with another MAC address, unless port security is off": async ({ cloud, followed }) => {
    await sh("plain", "ip link set eth0 address 02:00:00:00:00:01; ip neigh flush all");
    await silent("plain", "10.20.0.12", 80);
    cloud.change("ports", "plain port", { port_security_enabled: false, security_groups: [] });
    await followed();
    await answers("peer 10.20.0.13", "plain", "10.20.0.12", 80);
    await answers("plain 10.20.0.12", "peer", "10.20.0.13", 5000);
    await sh("plain", `ip link set eth0 address ${mac("plain port")}; ip neigh flush all`);
    cloud.change("ports", "plain port", { port_security_enabled: true, security_groups: [id("client"), id("six")] });
    await followed();
    await answers("peer 10.20.0.13", "plain", "10.20.0.12", 80);
    await silent("peer", "10.20.0.13", 5000);
  },

  "metadata says to nova who asks, and only through the egress rules": async ({ cloud, followed }) => {
    const lies = ["X-Instance-ID: liar", "X_Tenant_ID: liar", "x_instance-id_signature: liar", "X-Forwarded-For: liar"];
    const headers = Object.fromEntries(JSON.parse((await askMetadata("plain", lies)) || "[]")) as Record<
      string,
      string
    >;
    assert.equal(headers["x-instance-id"], id("plain"));
    assert.equal(headers["x-tenant-id"], id("project"));
    assert.equal(headers["x-forwarded-for"], "10.20.0.13");
    assert.match(headers["x-instance-id-signature"] ?? "", /^[0-9a-f]{64}$/);
    assert.doesNotMatch(JSON.stringify(headers), /liar/);
    assert.equal(await askMetadata("mute"), "");
    const out = { remote_ip_prefix: "169.254.169.254/32", direction: "egress" } as const;
    cloud.change("securityGroups", "silent", { security_group_rules: [rule(tcp(80, out))] });
    await followed();
    assert.match(await askMetadata("mute"), new RegExp(id("mute")));
    await silent("mute", "10.20.0.12", 80);
    cloud.change("securityGroups", "silent", { security_group_rules: [] });
    await followed();
    assert.equal(await askMetadata("mute"), "");
  },

  "a load balancer balances, from its own address and through a floating IP, and leaves out a dead member": async (
    lab,
  ) => {
    const { cloud, followed, told } = lab;
    cloud.balancer("lb", "blue", "10.20.0.50", ["lb"]);
    cloud.listener("lb", 80, [{ address: "10.20.0.12" }, { address: "10.21.0.15" }], {
      healthmonitor_id: id("monitor"),
    });
    const check = { type: "TCP", delay: 1, timeout: 1, max_retries: 1, max_retries_down: 1 };
    cloud.add("healthMonitors", {
      id: id("monitor"),
      name: "",
      admin_state_up: true,
      provisioning_status: "ACTIVE",
      ...check,
    });
    cloud.floatingIp("203.0.113.50", "blue router", "lb vip", "10.20.0.50");
    await followed();
    told("octavia");
    const who = async (address = "10.20.0.50") => (await call("plain", address, 80)).split(" ")[0];
    assert.ok((await until(async () => (await who()) !== "", 5000)) < 5000);
    assert.deepEqual(new Set([await who(), await who(), await who(), await who()]), new Set(["peer", "far"]));
    assert.equal(await call("plain", "10.20.0.50", 80).then((text) => text.split(" ")[1]), "10.20.0.50");
    assert.match(await call("operator", "203.0.113.50", 80, "tcp", 3), /^(peer|far) 10.20.0.50$/);
    await silent("plain", "10.20.0.50", 443);
    await lab.network.setPower(id("far"), false);
    assert.ok(
      (await until(async () => (await Promise.all([who(), who(), who()])).every((name) => name === "peer"), 6000)) <
        6000,
    );
    await lab.network.setPower(id("far"), true);
    assert.ok((await until(async () => (await who()) === "far", 6000)) < 6000);
    cloud.change("listeners", "lb 80", { allowed_cidrs: ["203.0.113.0/24"] });
    told("octavia");
    assert.ok((await until(async () => (await who()) === "", 5000)) < 5000);
    assert.match(await call("operator", "203.0.113.50", 80, "tcp", 3), /^(peer|far) /);
    for (const name of ["lb 80", "lb 80 pool"]) cloud.remove(name.endsWith("pool") ? "pools" : "listeners", name);
    cloud.remove("loadBalancers", "lb");
    cloud.remove("ports", "lb vip");
    cloud.remove("floatingIps", "203.0.113.50");
    await followed();
    assert.equal(await who(), "");
  },

  "a server without power hears nothing, and comes back as it was, without what its programs had added": async ({
    network,
  }) => {
    await sh("peer", "ip address add 10.20.0.99/32 dev eth0");
    assert.match(await sh("peer", "ip -4 -o address show dev eth0"), /10\.20\.0\.99/);
    await network.setPower(id("peer"), false);
    assert.equal(await sh("peer", "ip -4 -o address show dev eth0"), "");
    await silent("plain", "10.20.0.12", 80);
    assert.equal(
      await network.whyBlocked({ from: id("plain"), to: "10.20.0.12", protocol: "tcp", port: 80 }),
      "peer is switched off",
    );
    await network.setPower(id("peer"), true);
    await answers("peer 10.20.0.13", "plain", "10.20.0.12", 80);
    await answers("peer 203.0.113.1", "operator", "203.0.113.12", 80);
    assert.doesNotMatch(await sh("peer", "ip -4 -o address show dev eth0"), /10\.20\.0\.99/);
  },

  "ports, addresses and MTU change while a server runs": async ({ cloud, followed, network }) => {
    const owner = { device_id: id("plain"), device_owner: "compute:nova", security_groups: [id("client")] };
    cloud.port("second", "green", "10.30.0.40", owner);
    cloud.change("networks", "blue", { mtu: 1400 });
    const fixed = [...(cloud.state.ports.find((port) => port.id === id("plain port"))?.fixed_ips ?? [])];
    const more = [...fixed, { subnet_id: id("blue subnet"), ip_address: "10.20.0.43" }];
    cloud.change("ports", "plain port", { fixed_ips: more });
    await followed();
    await answers("other 10.30.0.40", "plain", "10.30.0.16", 80);
    assert.match(
      await sh("plain", "ip -4 address show eth0"),
      /mtu 1400[\s\S]*10\.20\.0\.13\/24[\s\S]*10\.20\.0\.43\/24/,
    );
    assert.deepEqual(
      network
        .hosts()
        .get(id("plain"))
        ?.interfaces.map(({ name, mtu }) => `${name} ${mtu}`),
      ["eth0 1400", "eth1 1450"],
    );
    cloud.remove("ports", "second");
    cloud.change("networks", "blue", { mtu: 1450 });
    cloud.change("ports", "plain port", { fixed_ips: fixed });
    await followed();
    assert.doesNotMatch(await sh("plain", "ip address"), /eth1|10\.20\.0\.43/);
    await answers("far 10.20.0.13", "plain", "10.21.0.15", 80);
  },

  ...podScenarios,

  "a server comes, and goes with its namespace": async ({ cloud, followed, network }) => {
    cloud.server("guest", "blue", "10.20.0.60", ["open"], { allowed_address_pairs: [{ ip_address: "10.20.0.61/32" }] });
    const { namespace, nameservers } = await network.settled(id("guest"));
    assert.deepEqual(nameservers, ["192.0.2.53"]);
    const child = answer("guest", [80]);
    assert.ok((await until(async () => (await call("plain", "10.20.0.60", 80)) !== "", 20_000)) < 20_000);
    assert.match(await askMetadata("guest"), new RegExp(id("guest")));
    child.kill();
    cloud.remove("ports", "guest port");
    cloud.remove("servers", "guest");
    await followed();
    assert.doesNotMatch(await sh("operator", "ip netns"), new RegExp(namespace));
    await assert.rejects(network.settled(id("guest")), /has no port/);
  },

  "what a host does to its own network does not last, but its own tables do": async ({ cloud, followed }) => {
    await sh("plain", "nft add table ip pods; ip link add pods type bridge; ip address add 10.244.0.1/24 dev pods");
    await sh("operator", `ip link delete tap${id("plain port").slice(0, 11)}`);
    cloud.change("securityGroups", "client", { security_group_rules: [rule(anyOut), rule(tcp(9999))] });
    await followed();
    await answers("far 10.20.0.13", "plain", "10.21.0.15", 80);
    assert.match(await sh("plain", "nft list tables; ip address show pods"), /table ip pods[\s\S]*10\.244\.0\.1/);
  },
};
