import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { balancersConfiguration } from "../../../local/network/balancers.ts";
import { indexed } from "../../../local/network/cloud.ts";
import { metadataClient, metadataConfiguration } from "../../../local/network/metadata.ts";
import type { HealthMonitor, Listener, Member, Pool } from "../../../local/network/model.ts";
import { names } from "../../../local/network/names.ts";
import { Fixture, id } from "./fixture.ts";

const member: Partial<Member> = { address: "10.0.0.5", protocol_port: 8080 };

function balancer(more: Partial<Listener & Pool> = {}, members = [member], monitor?: Partial<HealthMonitor>): Fixture {
  const cloud = new Fixture();
  cloud.network("net", "10.0.0.0/24");
  cloud.balancer("lb", "net", "10.0.0.50", []);
  cloud.listener("lb", 80, members, { ...more, ...(monitor && { healthmonitor_id: id("monitor") }) });
  const checks = { type: "HTTP", delay: 5, timeout: 3, max_retries: 2, max_retries_down: 4 };
  if (monitor) {
    const octavia = { id: id("monitor"), name: "", admin_state_up: true, provisioning_status: "ACTIVE" };
    cloud.add("healthMonitors", { ...octavia, ...checks, ...monitor });
  }
  return cloud;
}

const rendered = (cloud: Fixture) => balancersConfiguration(indexed(cloud.state), "/socket");
const lines = (cloud: Fixture) => (rendered(cloud).configuration ?? "").split("\n").map((line) => line.trim());
const namespace = names.balancer(id("lb"));

test("a listener listens at the VIP, and its pool connects, in the namespace of the load balancer", () => {
  const text = lines(balancer());
  expect(text).toContain(`bind 10.0.0.50:80 namespace ${namespace}`);
  expect(text).toContain(`default_backend ${id("lb 80 pool")}`);
  expect(text).toContain("balance roundrobin");
  expect(text).toContain(`server ${id("lb 80 10.0.0.5")} 10.0.0.5:8080 namespace ${namespace} weight 1`);
});

test("algorithms, weights, backups, persistence, limits, sources and timeouts", () => {
  const cloud = balancer(
    {
      lb_algorithm: "LEAST_CONNECTIONS",
      session_persistence: { type: "SOURCE_IP" },
      connection_limit: 100,
      allowed_cidrs: ["10.0.0.0/8", "192.0.2.1/32"],
      timeout_client_data: 7000,
      timeout_member_connect: 8000,
      timeout_member_data: 9000,
    },
    [{ ...member, weight: 5, backup: true }],
  );
  const text = lines(cloud);
  expect(text).toContain("balance leastconn");
  expect(text).toContain("stick on src");
  expect(text).toContain("maxconn 100");
  expect(text).toContain("tcp-request connection reject unless { src 10.0.0.0/8 192.0.2.1/32 }");
  expect(text.filter((line) => /^timeout .*ms$/.test(line))).toEqual([
    "timeout client 7000ms",
    "timeout connect 8000ms",
    "timeout server 9000ms",
  ]);
  expect(text.find((line) => line.startsWith("server "))).toMatch(/ weight 5 backup$/);
});

test("health monitors", () => {
  const check = (monitor: Partial<HealthMonitor>) => lines(balancer({}, [member], monitor));
  const http = check({ url_path: "/readyz", expected_codes: "200-204", http_method: "HEAD" });
  expect(http).toContain("timeout check 3s");
  expect(http).toContain("http-check send meth HEAD uri /readyz");
  expect(http).toContain("http-check expect status 200-204");
  expect(http.find((line) => line.startsWith("server "))).toMatch(/check inter 5s fall 4 rise 2$/);
  expect(check({ type: "HTTPS" }).join("\n")).toMatch(/option httpchk[\s\S]*check-ssl verify none/);
  expect(check({ type: "TCP" })).not.toContain("option httpchk");
  const elsewhere = balancer({}, [{ ...member, monitor_address: "10.0.0.6", monitor_port: 9 }], { type: "TCP" });
  expect(lines(elsewhere).find((line) => line.startsWith("server "))).toMatch(/rise 2 addr 10.0.0.6 port 9$/);
});

test("members and listeners that are switched off take no part, nor does a load balancer before it is up", () => {
  expect(lines(balancer({}, [{ ...member, admin_state_up: false }])).some((line) => line.startsWith("server "))).toBe(
    false,
  );
  expect(rendered(balancer({ admin_state_up: false })).configuration).toBeUndefined();
  const cloud = balancer();
  cloud.change("loadBalancers", "lb", { provisioning_status: "PENDING_CREATE" });
  expect(rendered(cloud).configuration).toBeUndefined();
  cloud.change("loadBalancers", "lb", { provisioning_status: "PENDING_UPDATE" });
  expect(rendered(cloud).configuration).toBeDefined();
});

test("what cannot be played is said", () => {
  expect(rendered(balancer({ protocol: "UDP" })).notes).toEqual([
    "listener lb 80 of load balancer lb does not listen here: UDP is not played",
  ]);
  expect(rendered(balancer({}, [member], { type: "PING" })).notes).toEqual([
    "pool lb 80 of load balancer lb counts all members as healthy: a health monitor of type PING is not played",
  ]);
  expect(rendered(balancer({ session_persistence: { type: "APP_COOKIE" } })).notes[0]).toContain(
    "APP_COOKIE is not played",
  );
});

test("PROXY protocol, and HTTP with its headers", () => {
  const cloud = balancer({ protocol: "HTTP", insert_headers: { "X-Forwarded-For": "true" } });
  expect(lines(cloud).filter((line) => line === "mode http")).toHaveLength(2);
  expect(lines(cloud)).toContain("option forwardfor");
  cloud.change("pools", "lb 80 pool", { protocol: "PROXYV2" });
  expect(lines(cloud).find((line) => line.startsWith("server "))).toContain("send-proxy-v2");
});

test("metadata is asked in the name of the host, signed, whatever the caller says of itself", () => {
  const cloud = new Fixture();
  const port = cloud.port("p", "net", "10.0.0.5");
  const client = metadataClient("host-x", "server-1", [port]);
  const text = metadataConfiguration(client ? [client] : [], "secret", "/socket");
  expect(text).toContain("bind 169.254.169.254:61697 namespace host-x");
  expect(text).toContain("set-header X-Instance-ID server-1");
  expect(text).toContain(`set-header X-Tenant-ID ${id("project")}`);
  const signature = createHmac("sha256", "secret").update("server-1").digest("hex");
  expect(text).toContain(`set-header X-Instance-ID-Signature ${signature}`);
  expect(text.indexOf("del-header")).toBeLessThan(text.indexOf("set-header"));
  expect(text).not.toContain(" secret");
});
