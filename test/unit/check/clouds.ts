import type { Cloud } from "../../../cli/check/cloud.ts";
import { type Requirements, requirements } from "../../../cli/check/requirements.ts";
import { services } from "../../../cli/check/services.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { estate } from "../stacks/fixtures.ts";

/** What the local document asks for, after a change. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function needsOf(change?: (document: any) => void): Requirements {
  return requirements(deriveFacts(estate(change)));
}

/** Two volumes of a type. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function withVolumes(document: any): void {
  document.roles.bbb.volumes = { recordings: { sizeGiB: 100, type: "ssd", path: "/var/lib/recordings" } };
}

export const project = "p1";
const cinderQuota = (limit: number, used = 0) => ({ limit, in_use: used, reserved: 0 });
const quota = (limit: number, used = 0) => ({ limit, used, reserved: 0 });

/** A cloud in which the local document fits exactly, with its volumes or without, with nothing of the estate in it. Project p1 has a default group. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function emptyCloud(change: (cloud: any) => void = () => undefined): Cloud {
  const external = { id: "n-public", name: "public", project_id: "admin", status: "ACTIVE", subnets: ["s-public"] };
  const rules = needsOf().securityGroupRules.length;
  const cloud: Cloud = {
    project,
    services: services.map(({ type }) => type),
    images: { value: [{ name: "flatcar-local", status: "active", min_disk: 1, min_ram: 0 }] },
    compute: {
      limits: {
        value: {
          ...{ maxTotalInstances: 6, totalInstancesUsed: 0, maxTotalCores: 30, totalCoresUsed: 0 },
          ...{ maxTotalRAMSize: 61_440, totalRAMUsed: 0, maxTotalKeypairs: 1 },
          ...{ maxServerGroups: 1, totalServerGroupsUsed: 0, maxServerGroupMembers: 2 },
        },
      },
      servers: { value: [] },
      flavors: {
        value: [
          { name: "m1.small", vcpus: 2, ram: 4096, disk: 20 },
          { name: "m1.medium", vcpus: 4, ram: 8192, disk: 40 },
          { name: "m1.large", vcpus: 8, ram: 16_384, disk: 80 },
        ],
      },
      zones: { value: ["az1", "az2", "az3"].map((zoneName) => ({ zoneName, zoneState: { available: true } })) },
      keyPairs: { value: [] },
      serverGroups: { value: [] },
    },
    networking: {
      quotas: {
        value: {
          ...{ network: quota(1), subnet: quota(1), router: quota(1), port: quota(8), floatingip: quota(5) },
          ...{ security_group: quota(5, 1), security_group_rule: quota(rules + 4, 4) },
        },
      },
      networks: { value: [{ ...external, admin_state_up: true, shared: false, "router:external": true }] },
      subnets: { value: [] },
      routers: { value: [] },
      ports: { value: [] },
      floatingIps: { value: [] },
      extensions: { value: [{ alias: "router" }, { alias: "allowed-address-pairs" }] },
      securityGroups: { value: [{ id: "g0", name: "default", security_group_rules: [{ description: null }] }] },
      addresses: { "n-public": { value: [{ subnet_id: "s-public", ip_version: 4, total_ips: 8, used_ips: 2 }] } },
    },
    storage: {
      quotas: {
        value: {
          ...{ volumes: cinderQuota(2), gigabytes: cinderQuota(200), per_volume_gigabytes: cinderQuota(100) },
          ...{ volumes_ssd: cinderQuota(2), gigabytes_ssd: cinderQuota(200), volumes_hdd: cinderQuota(-1) },
        },
      },
      volumes: { value: [] },
      types: { value: [{ name: "ssd" }, { name: "hdd" }] },
    },
    names: {
      quotas: { value: { zones: 2, zone_recordsets: 16, zone_records: 18 } },
      zones: { value: [] },
      recordSets: { value: [] },
    },
  };
  change(cloud);
  return cloud;
}

/** The same, after the estate was built: everything is used up, by itself. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function fullCloud(change: (cloud: any) => void = () => undefined): Cloud {
  const needs = needsOf(withVolumes);
  const sizes: Readonly<Record<string, { vcpus: number; ram: number }>> = {
    "m1.small": { vcpus: 2, ram: 4096 },
    "m1.medium": { vcpus: 4, ram: 8192 },
    "m1.large": { vcpus: 8, ram: 16_384 },
  };
  const own = { project_id: project, network_id: "n1", security_groups: ["g-hosts"], fixed_ips: [{ subnet_id: "s1" }] };
  return emptyCloud((cloud) => {
    const { compute, networking, storage, names } = cloud;
    Object.assign(compute.limits.value, { totalInstancesUsed: 6, totalCoresUsed: 30, totalRAMUsed: 61_440 });
    compute.servers.value = needs.hosts.map(({ name, flavor }) => {
      return { name, metadata: { estate: "estate" }, flavor: sizes[flavor] };
    });
    compute.keyPairs.value = [{ name: "estate" }];
    for (const [resource, one] of Object.entries<{ limit: number; used: number }>(networking.quotas.value))
      networking.quotas.value[resource] = quota(one.limit, one.limit);
    storage.volumes.value = needs.volumes.map(({ name, description, sizeGiB, type }) => {
      return { name, description, size: sizeGiB, volume_type: type };
    });
    for (const one of ["volumes", "gigabytes", "volumes_ssd", "gigabytes_ssd"])
      storage.quotas.value[one].in_use = storage.quotas.value[one].limit;
    networking.networks.value.push({ id: "n1", name: "estate-local", project_id: project, "router:external": false });
    networking.subnets.value = [{ id: "s1", name: "estate-local", cidr: "10.20.0.0/24", ...own }];
    networking.routers.value = [{ id: "r1", name: "estate", external_gateway_info: { network_id: "n-public" } }];
    networking.ports.value = [
      ...needs.hosts.map(({ name }) => ({ ...own, id: name, name, device_owner: "compute:az1" })),
      ...["network:router_interface", "network:dhcp"].map((device_owner) => {
        return { ...own, id: device_owner, name: "", device_owner, security_groups: [] };
      }),
    ];
    networking.floatingIps.value = needs.floatingIps.map((description) => {
      return { description, floating_network_id: "n-public" };
    });
    networking.securityGroups.value.push(
      ...needs.securityGroups.map((name) => ({ id: name.replace("estate", "g"), name, security_group_rules: [] })),
    );
    networking.securityGroups.value[1].security_group_rules = needs.securityGroupRules.map((description) => {
      return { description };
    });
    networking.addresses["n-public"].value[0].used_ips = 8;
    names.zones.value = [
      { id: "z1", name: "estate.test." },
      { id: "z2", name: "0.20.10.in-addr.arpa." },
    ];
    names.recordSets.value = [
      ...["SOA", "NS"].map((type) => ({ name: "estate.test.", type, records: ["x"] })),
      ...Object.entries(needs.recordSets).map(([name, count]) => {
        return { name, type: "A", records: Array.from({ length: count }, () => "192.0.2.1") };
      }),
    ];
    change(cloud);
  });
}

/** Puts a document into the other network mode. */
// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
export function provider(document: any): void {
  const { nameservers, timeServers, downloads } = document.network;
  document.network = { mode: "provider", nameservers, timeServers, downloads };
  document.sites = { local: { cidr: "198.51.100.0/24", network: "campus" } };
}
export const providerNeeds = needsOf(provider);

/** The network of the other mode. */
export const campus = {
  ...{ id: "n-campus", name: "campus", project_id: "admin", status: "ACTIVE", admin_state_up: true },
  ...{ shared: true, "router:external": false, subnets: ["s-campus"] },
};

/** An empty cloud that has it. */
export function campusCloud(network: object = campus, change: (cloud: Cloud) => void = () => undefined): Cloud {
  return emptyCloud((cloud) => {
    cloud.networking.networks.value.push(network);
    cloud.networking.subnets.value = [
      { id: "s-campus", name: "campus", network_id: "n-campus", cidr: "198.51.100.0/24", project_id: "admin" },
    ];
    const addresses = { subnet_id: "s-campus", ip_version: 4, total_ips: 10, used_ips: 4 };
    cloud.networking.addresses["n-campus"] = { value: [addresses] };
    change(cloud);
  });
}
