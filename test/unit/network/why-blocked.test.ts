import { expect, test } from "vitest";
import { type Question, whyBlocked } from "../../../local/network/why-blocked.ts";
import { anyOut, Fixture, id, tcp } from "./fixture.ts";

function estate(): Fixture {
  const cloud = new Fixture();
  cloud.network("public", "203.0.113.0/24");
  cloud.network("net", "10.20.0.0/24");
  cloud.network("net2", "10.21.0.0/24");
  cloud.network("alone", "10.30.0.0/24");
  cloud.router("router", "203.0.113.5", { net: "10.20.0.1", net2: "10.21.0.1" });
  cloud.group("orchestrator", [anyOut, tcp(6443, { remote_group_id: id("agents") }), { protocol: "icmp" }]);
  cloud.group("agents", [anyOut]);
  cloud.group("closed", []);
  cloud.server("orchestrator-1", "net", "10.20.0.11", ["orchestrator"]);
  cloud.server("worker-1", "net", "10.20.0.31", ["agents"]);
  cloud.server("bbb-1", "net", "10.20.0.41", ["closed"]);
  cloud.server("far-1", "net2", "10.21.0.5", ["agents"]);
  cloud.server("lone-1", "alone", "10.30.0.5", ["agents"]);
  cloud.floatingIp("203.0.113.11", "router", "orchestrator-1 port", "10.20.0.11");
  cloud.floatingIp("203.0.113.31", "router", "worker-1 port", "10.20.0.31");
  return cloud;
}

const why = (cloud: Fixture, from: string, to: string, more: Partial<Question> = {}, off: readonly string[] = []) =>
  whyBlocked(
    cloud.state,
    { from: from === "operator" ? from : id(from), to, protocol: "tcp", port: 6443, ...more },
    new Set(off),
  );

test("nothing to say where the rules let it through", () => {
  expect(why(estate(), "worker-1", "10.20.0.11")).toBeUndefined();
  expect(why(estate(), "far-1", "10.20.0.11")).toBeUndefined();
  expect(why(estate(), "operator", "203.0.113.11", { protocol: "icmp" })).toBeUndefined();
  expect(why(estate(), "worker-1", "192.0.2.53", { protocol: "udp", port: 53 })).toBeUndefined();
});

/** A port that is nobody's keeps the address, and two servers may have it. */
function shared(): Fixture {
  const cloud = estate();
  const allowed_address_pairs = [{ ip_address: "10.20.0.9" }];
  cloud.change("ports", "orchestrator-1 port", { allowed_address_pairs });
  cloud.server("orchestrator-2", "net", "10.20.0.12", ["orchestrator"], { allowed_address_pairs });
  cloud.port("vip", "net", "10.20.0.9");
  cloud.floatingIp("203.0.113.9", "router", "vip", "10.20.0.9");
  return cloud;
}

test("an address that servers share is let through by their rules, not by those of the port that keeps it", () => {
  expect(why(shared(), "worker-1", "10.20.0.9")).toBeUndefined();
  expect(why(shared(), "operator", "203.0.113.9", { protocol: "icmp" })).toBeUndefined();
  expect(why(shared(), "operator", "203.0.113.9")).toBe(
    "no rule of the security groups of orchestrator-1 (orchestrator) lets tcp 6443 in from 203.0.113.1",
  );
  const alone = shared();
  for (const name of ["orchestrator-1 port", "orchestrator-2 port"])
    alone.change("ports", name, { allowed_address_pairs: [] });
  expect(why(alone, "worker-1", "10.20.0.9")).toBe(
    "port vip has no security group, so nothing lets tcp 6443 in from 10.20.0.31",
  );
});

test("a missing rule, in and out", () => {
  expect(why(estate(), "worker-1", "10.20.0.11", { port: 9345 })).toBe(
    "no rule of the security groups of orchestrator-1 (orchestrator) lets tcp 9345 in from 10.20.0.31",
  );
  expect(why(estate(), "bbb-1", "10.20.0.11")).toBe(
    "no rule of the security groups of bbb-1 (closed) lets tcp 6443 out to 10.20.0.11",
  );
  expect(why(estate(), "bbb-1", "169.254.169.254", { port: 80 })).toBe(
    "no rule of the security groups of bbb-1 (closed) lets tcp 80 out to 169.254.169.254",
  );
  const cloud = estate();
  cloud.change("ports", "bbb-1 port", { security_groups: [] });
  expect(why(cloud, "bbb-1", "10.20.0.11")).toBe(
    "bbb-1 has no security group, so nothing lets tcp 6443 out to 10.20.0.11",
  );
  cloud.change("ports", "bbb-1 port", { port_security_enabled: false });
  expect(why(cloud, "bbb-1", "10.20.0.11", { protocol: "icmp" })).toBeUndefined();
});

test("through a floating IP the sender is seen by its own floating IP, or the router's address", () => {
  const rule = "no rule of the security groups of orchestrator-1 (orchestrator) lets tcp 6443 in from";
  expect(why(estate(), "worker-1", "203.0.113.11")).toBe(`${rule} 203.0.113.31`);
  expect(why(estate(), "far-1", "203.0.113.11")).toBe(`${rule} 203.0.113.5`);
  expect(why(estate(), "operator", "203.0.113.11")).toBe(`${rule} 203.0.113.1`);
});

test("no way at all", () => {
  expect(why(estate(), "lone-1", "10.20.0.11")).toBe(
    "no router of neutron has 10.30.0.1, the gateway of lone-1 on alone",
  );
  expect(why(estate(), "worker-1", "10.20.0.99")).toBe("no port on network net has the address 10.20.0.99");
  expect(why(estate(), "worker-1", "203.0.113.99")).toBe(
    "nothing on the networks of the cloud has the address 203.0.113.99",
  );
  expect(why(estate(), "operator", "10.20.0.11")).toBe(
    "nothing on the networks of the cloud has the address 10.20.0.11",
  );
  const cloud = estate();
  cloud.change("floatingIps", "203.0.113.11", { port_id: null, fixed_ip_address: null, router_id: null });
  expect(why(cloud, "worker-1", "203.0.113.11")).toBe("floating IP 203.0.113.11 is not associated with a port");
  cloud.change("subnets", "net subnet", { gateway_ip: null });
  expect(why(cloud, "worker-1", "203.0.113.1")).toBe("worker-1 has no route to 203.0.113.1: its subnet has no gateway");
});

test("a server without power, at either end", () => {
  expect(why(estate(), "worker-1", "10.20.0.11", {}, [id("worker-1")])).toBe("worker-1 is switched off");
  expect(why(estate(), "worker-1", "10.20.0.11", {}, [id("orchestrator-1")])).toBe("orchestrator-1 is switched off");
});

test("a load balancer: its group, its listener, its members", () => {
  const cloud = estate();
  cloud.group("lb", [tcp(6443), tcp(80)]);
  cloud.balancer("api", "net", "10.20.0.50", ["lb"]);
  expect(why(cloud, "worker-1", "10.20.0.50", { port: 22 })).toBe(
    "no rule of the security groups of load balancer api (lb) lets tcp 22 in from 10.20.0.31",
  );
  expect(why(cloud, "worker-1", "10.20.0.50")).toBe("load balancer api (10.20.0.50) has no listener for tcp 6443");
  cloud.listener("api", 6443, []);
  expect(why(cloud, "worker-1", "10.20.0.50")).toBe("pool api 6443 of load balancer api has no member");
  cloud.listener("api", 80, [{ address: "10.20.0.11", protocol_port: 6443 }]);
  expect(why(cloud, "worker-1", "10.20.0.50", { port: 80 })).toBe(
    "load balancer api reaches no member of its pool api 80: no rule of the security groups of load balancer api (lb) lets tcp 6443 out to 10.20.0.11",
  );
  cloud.group("out", [anyOut]);
  cloud.change("ports", "api vip", { security_groups: [id("lb"), id("out")] });
  expect(why(cloud, "worker-1", "10.20.0.50", { port: 80 })).toContain(
    "orchestrator-1 (orchestrator) lets tcp 6443 in from 10.20.0.50",
  );
  cloud.change("ports", "api vip", { security_groups: [id("lb"), id("out"), id("agents")] });
  expect(why(cloud, "worker-1", "10.20.0.50", { port: 80 })).toBeUndefined();
});
