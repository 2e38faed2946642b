import { expect, it } from "vitest";
import type { Cloud } from "../../../cli/check/cloud.ts";
import { judge } from "../../../cli/check/judge.ts";
import type { Requirements } from "../../../cli/check/requirements.ts";
import { campus, campusCloud, emptyCloud, needsOf, provider, providerNeeds, withVolumes } from "./clouds.ts";

/** Each mistake of the document, or lack of the cloud, alone: what is missing, and words of its cure. */
const lacks: readonly (readonly [string, Requirements, Cloud, string, RegExp])[] = [
  [
    "a service",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.services = cloud.services.filter((type: string) => type !== "dns");
    }),
    "service dns (Designate)",
    /names of the estate's zone.*OS_REGION_NAME/,
  ],
  [
    "the service of volumes",
    needsOf(withVolumes),
    emptyCloud((cloud) => {
      cloud.services = cloud.services.filter((type: string) => type !== "block-storage");
    }),
    "service block-storage (Cinder)",
    /volumes that outlive a host.*do without roles\.bbb\.volumes\.recordings$/,
  ],
  [
    "the service of load balancers",
    needsOf((document) => {
      document.orchestrator.api = { front: "loadBalancer" };
    }),
    emptyCloud((cloud) => {
      cloud.services = cloud.services.filter((type: string) => type !== "load-balancer");
      // it takes an address, a port and two rules, for which there is room
      const { quotas, addresses } = cloud.networking;
      for (const resource of ["port", "floatingip", "security_group_rule"]) quotas.value[resource].limit += 2;
      addresses["n-public"].value[0].total_ips += 1;
    }),
    "service load-balancer (Octavia)",
    /one address before several hosts.*do without orchestrator\.api\.front$/,
  ],
  [
    "a volume type",
    needsOf(withVolumes),
    emptyCloud((cloud) => {
      cloud.storage.types = { value: [{ name: "hdd" }, { name: "__DEFAULT__" }] };
    }),
    "volume type ssd",
    /roles\.bbb\.volumes\.recordings\.type, or none \(there: __DEFAULT__, hdd\)/,
  ],
  [
    "volumes",
    needsOf(withVolumes),
    emptyCloud((cloud) => {
      cloud.storage.quotas.value.volumes.reserved = 1;
    }),
    "volumes",
    /2 needed, 1 free: .*openstack quota set --volumes 3 p1/,
  ],
  [
    "volumes of a type",
    needsOf(withVolumes),
    emptyCloud((cloud) => {
      cloud.storage.quotas.value.gigabytes_ssd.limit = 150;
    }),
    "volumes of type ssd (GiB)",
    /200 needed, 150 free: .*openstack quota set --volume-type 'ssd' --gigabytes 200 p1/,
  ],
  [
    "an image",
    needsOf((document) => {
      document.image.name = "ubuntu";
    }),
    emptyCloud((cloud) => {
      cloud.images = { value: [] };
    }),
    "image ubuntu",
    /image\.name/,
  ],
  [
    "an image that is uploaded",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.images.value[0].status = "queued";
    }),
    "image flatcar-local",
    /queued/,
  ],
  [
    "a zone",
    needsOf((document) => {
      document.roles.bbb.hosts["bbb-01"].availabilityZone = "az9";
    }),
    emptyCloud(),
    "availability zone az9",
    /bbb-01.*there: az1, az2, az3/,
  ],
  [
    "a zone that takes servers",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.compute.zones.value[2].zoneState.available = false;
    }),
    "availability zone az3",
    /takes no servers.*orchestrator-03, worker-01.*there: az1, az2\)/,
  ],
  [
    "memory in a flavor",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.images.value[0].min_ram = 8192;
    }),
    "flavor m1.small",
    /8192 MiB.*roles\.worker\.flavor/,
  ],
  [
    "an external network",
    needsOf((document) => {
      document.network.external = "internet";
    }),
    emptyCloud(),
    "external network internet",
    /no such network.*network\.external \(there: public\)/,
  ],
  [
    "a name of its own",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.networking.networks.value.push(cloud.networking.networks.value[0]);
    }),
    "external network public",
    /2 networks have that name/,
  ],
  [
    "the way out",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.networking.networks.value[0]["router:external"] = false;
    }),
    "external network public",
    /no external network.*there: none/,
  ],
  [
    "a subnet outside",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.networking.networks.value[0].subnets = [];
    }),
    "external network public",
    /no subnet/,
  ],
  [
    "addresses outside",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.networking.addresses["n-public"].value[0].used_ips = 3;
    }),
    "addresses of public",
    /6 needed, 5 free: .*publicAddress/,
  ],
  [
    "security group rules",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.networking.quotas.value.security_group_rule.reserved = 1;
    }),
    "security group rules",
    /openstack quota set --secgroup-rules \d+ p1/,
  ],
  [
    "records",
    needsOf(),
    emptyCloud((cloud) => {
      cloud.names.quotas.value.zone_records = 10;
    }),
    "records of estate.test.",
    /18 needed, 10 free: .*openstack dns quota set --project-id p1 --zone-records 18/,
  ],
  [
    "room for a server group",
    needsOf((document) => {
      document.roles.orchestrator.antiAffinity = "hard";
    }),
    emptyCloud(),
    "members of a server group",
    /3 needed, 2 free: .*--server-group-members 3/,
  ],
  [
    "a provider's network",
    providerNeeds,
    emptyCloud(),
    "network campus of site local",
    /no such network.*sites\.local\.network \(there: none\)/,
  ],
  [
    "a provider's network that takes servers",
    providerNeeds,
    campusCloud({ ...campus, shared: false, "router:external": true }),
    "network campus of site local",
    /only floating IPs/,
  ],
  [
    "a provider's network that works",
    providerNeeds,
    campusCloud({ ...campus, status: "DOWN" }),
    "network campus of site local",
    /it is DOWN/,
  ],
  [
    "a provider's subnet",
    needsOf((document) => {
      provider(document);
      document.sites.local.cidr = "198.51.100.0/25";
    }),
    campusCloud(),
    "subnet 198.51.100.0/25 of site local",
    /sites\.local\.cidr \(there: 198\.51\.100\.0\/24\)/,
  ],
];

it.each(lacks)("a cloud lacks %s", (_, needs, cloud, what, cure) => {
  const rows = judge(needs, cloud).filter(({ verdict }) => verdict !== "ok");
  expect(rows.map((row) => `${row.what}: ${row.verdict}`)).toEqual([`${what}: missing`]);
  expect(rows[0]?.cure).toMatch(cure);
});
