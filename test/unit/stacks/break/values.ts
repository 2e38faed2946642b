import { keys } from "../administrators.ts";
import type { Break } from "./break.ts";
import { isMap, type Path, placesIn, put } from "./places.ts";

const range = ["10.0.0.0/33", "10.0.0.0", "10.0.0.1/24", "10.0/8", "fd00::/8", "010.0.0.0/8", "10.0.0.0/-1", "", "any"];
const address = ["192.0.2.256", "192.0.2", "192.0.2.1/32", "2001:db8::1", "ntp.example.org", "192.0.2.01", ""];
const port = [0, -1, 65_536, 80.5];
const url = ["k3s", "ftp://192.0.2.80/k3s", "file:///k3s", "/k3s", ""];
const sha512 = ["ab", "AB".repeat(64), "g".repeat(128), "a".repeat(129)];
const label = ["-a", "a b", "a_", "a".repeat(64)];

/** For each field, values of its type that are not right. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  name: ["Estate", "1a", "a-", "", "a".repeat(41), "a.b"],
  zone: ["meet", "Meet.example.org", "meet.example.org.", "a..org", "-a.org", ""],
  "admins.cidrs.*": [...range, "0.0.0.0/0"],
  "admins.keys.*": [
    "",
    "anna",
    "ssh-ed25519",
    `command="id" ${keys.anna}`,
    keys.anna.slice(0, 50),
    `${keys.anna}\n${keys.ben}`,
  ],
  "network.mode": ["flat", "Private", ""],
  "network.addressing": ["none", "DHCP", ""],
  "network.external": [""],
  "network.mtu": [1279, 9001, 1500.5, -1],
  "network.reverseRanges.*": [...range, "0.0.0.0/0", "203.0.112.128/25", "203.0.113.9/32"],
  "network.nameservers.*": address,
  "network.timeServers.*": address,
  "network.downloads.*.cidr": range,
  "network.downloads.*.port": port,
  "sites.*.cidr": range,
  "sites.*.availabilityZone": [""],
  "sites.*.network": [""],
  "image.name": [""],
  "logs.address": address,
  "logs.port": port,
  "logs.caCert": ["", "AAAA", "-----BEGIN CERTIFICATE-----"],
  "orchestrator.k3s.version": ["1.34.2", "v1.34.2", "latest", "v1.34.2+k3s1 "],
  "orchestrator.k3s.url": url,
  "orchestrator.k3s.sha512": sha512,
  "orchestrator.k3s.images.url": [...url, "http://192.0.2.80/images.zip", "http://192.0.2.80/images.tar.xz"],
  "orchestrator.k3s.images.sha512": sha512,
  "orchestrator.api.front": ["VIP", "octavia", ""],
  "orchestrator.api.site": ["nowhere", "constructor", "North", ""],
  "orchestrator.podCidr": range,
  "orchestrator.serviceCidr": range,
  "orchestrator.nodePorts.from": port,
  "orchestrator.nodePorts.to": port,
  "orchestrator.registries.*.endpoints": [[]],
  "orchestrator.registries.*.endpoints.0": [...url, "registry.example.org"],
  "orchestrator.registries.*.ca": ["", "ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  "orchestrator.registries.*.user": ["", "robot:secret", "two words", "robot\n"],
  "roles.*.runs.0": ["mail", "BBB", ""],
  "roles.*.flavor": [""],
  "roles.*.antiAffinity": ["strict", "Soft", ""],
  "roles.*.labels.*": label,
  "roles.*.taints.*.value": label,
  "roles.*.taints.*.effect": ["Never", "noschedule", ""],
  "roles.*.volumes.*.sizeGiB": [0, -5, 16_385, 0.5],
  "roles.*.volumes.*.type": [""],
  "roles.*.volumes.*.path": ["data", "/", "/srv/", "/Srv", "/srv/../etc", "/srv data", ""],
  "roles.*.hosts.*.site": ["nowhere", "constructor", "North", ""],
  "roles.*.hosts.*.availabilityZone": [""],
  "roles.*.hosts.*.generation": [-1, 0.5],
  "roles.*.count": [-1, 100, 1.5],
  "roles.*.rollout.width": [0, 21, -1, 1.5],
  "roles.*.rollout.joinMinutes": [0, -1, 240.5, Number.POSITIVE_INFINITY],
  "roles.*.rollout.drainMinutes": [0, -1, 1441, Number.POSITIVE_INFINITY],
  "roles.*.rollout.afterDrainMinutes": ["fail", "Wait", ""],
  "roles.*.rollout.soakMinutes": [-0.1, 241, Number.POSITIVE_INFINITY],
  "removal.volumes.*": ["retain", "Keep", ""],
};

const badRegistries = [
  "docker",
  "Docker.io",
  "docker.io/library",
  "https://docker.io",
  "docker.io:",
  "**",
  "a b.org",
  "",
];
const badNames = ["Upper", "1st", "-a", "a-", "a_b", "a.b", "a b", "é", "a".repeat(41), ""];

/** A volume's whole name may be longer than other names. */
function badFor(path: Path): readonly string[] {
  if (path.at(-1) === "registries") return badRegistries;
  return path[0] === "removal" ? badNames.filter((name) => name.length <= 40) : badNames;
}

/** Values that are out of range, or not written as they must be. */
export const values: Readonly<Record<string, Break>> = {
  ...Object.fromEntries(
    Object.entries(wrong).map(([pattern, bad]): [string, Break] => [
      `${pattern} is wrong`,
      (document, random) => {
        const places = placesIn(document).filter((place) => place.pattern === pattern);
        if (places.length === 0) return undefined;
        const { path } = random.pick(places);
        put(document, path, random.pick(bad));
        return [path];
      },
    ]),
  ),
  "a name is none": (document, random) => {
    const maps = placesIn(document).filter(
      ({ pattern, value }) => isMap(pattern) && Object.keys(value ?? {}).length > 0,
    );
    const { path, value } = random.pick(maps.filter(({ pattern }) => !/labels|taints/.test(pattern)));
    const place = [...path, random.pick(badFor(path))];
    put(document, place, random.pick(Object.values(value as object)));
    return [place];
  },
  "a label's key is none": (document, random) => {
    const maps = placesIn(document).filter(({ pattern }) => /(labels|taints)$/.test(pattern));
    if (maps.length === 0) return undefined;
    const { path, value } = random.pick(maps);
    const place = [...path, random.pick(["a b", "-a", "a/b/c", "A/b", "a/", ""])];
    put(document, place, random.pick(Object.values(value as object)));
    return [place];
  },
};
