/** One thing of each kind of the cloud and of the orchestrator, as somebody makes it in a dashboard or on a command line. */
import type { OpenStack, ServiceType } from "../../../local/openstack-client/client.ts";
import { run } from "../estate.ts";
import { until } from "../until.ts";

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** What a list of the cloud has under this name. @throws Error when there is none */
export async function find(openstack: OpenStack, service: ServiceType, path: string, name: string): Promise<string> {
  const key = path.split("/").at(-1)?.replaceAll("-", "_") ?? "";
  const found = (await openstack.list<Named>(service, path, key)).find((one) => one.name === name);
  if (!found) throw new Error(`the cloud has no ${name} in its ${key}`);
  return found.id;
}

/** Makes them all, and waits until they are there. Returns what a check must tell of them. */
export async function makeOneOfEach(openstack: OpenStack): Promise<readonly string[]> {
  const post = <T>(service: ServiceType, path: string, body: object) =>
    openstack.request<T>("POST", service, path, { body });
  const network = await find(openstack, "network", "/v2.0/networks", "estate-local");
  const subnet = await find(openstack, "network", "/v2.0/subnets", "estate-local");
  const trusted = await find(openstack, "network", "/v2.0/security-groups", "estate-worker");
  const zone = await find(openstack, "dns", "/v2/zones", "estate.test.");
  const external = await find(openstack, "network", "/v2.0/networks", "public");
  const imageRef = await find(openstack, "image", "/v2/images", "flatcar-local");
  const flavorRef = await find(openstack, "compute", "/flavors", "m1.small");

  const { server } = await post<{ server: { id: string } }>("compute", "/servers", {
    server: { name: "by-hand-server", imageRef, flavorRef, networks: [{ uuid: network }], metadata: { why: "a try" } },
  });
  const { loadbalancer } = await post<{ loadbalancer: { id: string } }>("load-balancer", "/v2/lbaas/loadbalancers", {
    loadbalancer: { name: "by-hand-balancer", vip_subnet_id: subnet },
  });
  const { volume } = await post<{ volume: { id: string } }>("block-storage", "/volumes", {
    volume: { size: 1, name: "by-hand-volume" },
  });
  await post("network", "/v2.0/ports", {
    port: { network_id: network, name: "by-hand-port", security_groups: [trusted] },
  });
  const { floatingip } = await post<{ floatingip: { floating_ip_address: string } }>("network", "/v2.0/floatingips", {
    floatingip: { floating_network_id: external },
  });
  await post("network", "/v2.0/security-groups", { security_group: { name: "by-hand-group" } });
  const rule = { security_group_id: trusted, direction: "ingress", ethertype: "IPv4", protocol: "tcp" };
  const opened = { port_range_min: 8443, port_range_max: 8443, remote_ip_prefix: "0.0.0.0/0" };
  await post("network", "/v2.0/security-group-rules", {
    security_group_rule: { ...rule, ...opened, description: "by-hand-rule" },
  });
  await post("dns", `/v2/zones/${zone}/recordsets`, {
    ...{ name: "by-hand.estate.test.", type: "A", ttl: 60, records: ["192.0.2.98"] },
  });
  await post("image", "/v2/images", { name: "by-hand-image", disk_format: "raw", container_format: "bare" });
  await post("compute", "/os-keypairs", { keypair: { name: "by-hand-key" } });
  await run("kubectl", "create", "configmap", "by-hand-map", "--namespace", "estate", "--from-literal", "made=by-hand");

  await until("the server, the volume and the load balancer are there", async () => {
    const servers = await openstack.get<{ server: { status: string } }>("compute", `/servers/${server.id}`);
    const volumes = await openstack.get<{ volume: { status: string } }>("block-storage", `/volumes/${volume.id}`);
    const balancers = await openstack.get<{ loadbalancer: { provisioning_status: string } }>(
      ...(["load-balancer", `/v2/lbaas/loadbalancers/${loadbalancer.id}`] as const),
    );
    const each = [servers.server.status, volumes.volume.status, balancers.loadbalancer.provisioning_status];
    return each.join() === "ACTIVE,available,ACTIVE";
  });
  return [
    "unmanaged ownership by-hand-group unknown",
    "unmanaged ownership by-hand-image unknown",
    "unmanaged ownership by-hand-key unknown",
    "unmanaged ownership by-hand-server unknown",
    "unmanaged ownership by-hand-volume unknown",
    "unmanaged ownership estate/by-hand-map unknown",
    `unmanaged ownership ${floatingip.floating_ip_address} unknown`,
    "unmanaged security by-hand-balancer unknown",
    "unmanaged security by-hand-port unknown",
    "unmanaged security by-hand-rule unknown",
    "unmanaged security by-hand.estate.test. A unknown",
  ].sort();
}
