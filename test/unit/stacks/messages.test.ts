/** What an operator reads of each field of the document when it is wrong, or not there: what to write, never zod's own words. */
import { expect, it } from "vitest";
import { renderSchema } from "../../../cli/schema.ts";
import { placeOf } from "../../../stacks/explain.ts";
import { mistakes } from "./mistakes.ts";

const name = "use 1 to 40 lower-case letters, digits and '-', starting with a letter";
const range = "write an IPv4 range, such as 203.0.113.0/24";
const address = "write an IPv4 address, such as 192.0.2.53";
const port = "write a whole number from 1 to 65535";
const below = (keys: string) => `write keys and values below it (${keys})`;
const names = (example: string) => `write names and what they stand for, such as { ${example} }`;
const minutes = (least: string, most: number) => `write minutes, ${least} and at most ${most}; fractions are allowed`;

/** Where (`*` is any name), a value that is not right there, and what is told. */
const table: readonly (readonly [string, unknown, string])[] = [
  ["name", "E", name],
  ["zone", "meet", "write a domain in lower case, such as meet.example.org"],
  ["admins", "office", below("cidrs, keys")],
  ["admins.cidrs", ["203.0.113.0/24"], names("office: 198.51.100.0/24")],
  ["admins.cidrs.*", "203.0.113.0", range],
  ["admins.keys", ["ssh-ed25519"], names("anna: ssh-ed25519 AAAA... anna@example.org")],
  [
    "admins.keys.*",
    "ssh-ed25519 AAAA",
    "write the line of a .pub file of OpenSSH, such as ssh-ed25519 AAAA... anna@example.org; of rsa with 2048 bits or more",
  ],
  [
    "network",
    "public",
    below("mode, addressing, nameservers, timeServers, downloads; in mode private external, mtu and reverseRanges"),
  ],
  ["network.mode", 1, "write private (own networks behind a router) or provider (a network of the cloud)"],
  ["network.external", "", "write the name of the cloud's external network"],
  ["network.mtu", 1500.5, "write a whole number of bytes from 1280 to 9000"],
  ["network.reverseRanges", true, names("public: 203.0.113.0/24")],
  ["network.reverseRanges.*", "203.0.113.0", range],
  ["network.addressing", "none", "write one of dhcp, static"],
  ["network.nameservers", "192.0.2.53", names("first: 192.0.2.53")],
  ["network.nameservers.*", "192.0.2.256", address],
  ["network.timeServers", null, names("campus: 192.0.2.123")],
  ["network.timeServers.*", "ntp.example.org", address],
  ["network.downloads", [], names("mirror: { cidr: 192.0.2.80/32, port: 443 }")],
  ["network.downloads.*", "192.0.2.80", below("cidr, port")],
  ["network.downloads.*.cidr", "192.0.2.80/33", range],
  ["network.downloads.*.port", 0, port],
  ["sites", "main", names("main: { cidr: 10.20.0.0/24 }")],
  ["sites.*", "10.20.0.0/24", below("cidr, availabilityZone, network, reverseZone")],
  ["sites.*.cidr", "10.50.0.9/24", "write 10.50.0.0/24, as the range begins, or 10.50.0.9/32 for the one address"],
  ["sites.*.availabilityZone", 1, "write the name of an availability zone"],
  ["sites.*.network", false, "write the name of the cloud's network"],
  ["sites.*.reverseZone", "yes", "write true or false"],
  ["image", "flatcar", below("system, name, stream, version, sha256, url")],
  ["image.system", "debian", "write one of flatcar, fedora-coreos"],
  ["image.name", "", "write the image's name in Glance"],
  ["image.stream", "Stable", "write a stream, such as stable"],
  ["image.version", 4230, "write a version, such as 4230.2.4 or 43.20251024.3.0"],
  ["image.sha256", "ab", "write the SHA-256 as 64 lower-case hexadecimal digits"],
  ["image.url", "ftp://192.0.2.80/image", "write an http or https address"],
  ["logs", "192.0.2.90", below("address, port, caCert")],
  ["logs.address", "logs.example.org", address],
  ["logs.port", 0, port],
  ["logs.caCert", "AAAA", "write one certificate in PEM, from -----BEGIN CERTIFICATE----- to its END"],
  ["orchestrator", 3, below("k3s, api, podCidr, serviceCidr, nodePorts, registries")],
  ["orchestrator.k3s", "v1.34.2+k3s1", below("version, url, sha512, images")],
  ["orchestrator.k3s.version", "1.34.2", "write a k3s release, such as v1.34.2+k3s1"],
  ["orchestrator.k3s.url", "ftp://192.0.2.80/k3s", "write an http or https address"],
  ["orchestrator.k3s.sha512", "AB".repeat(64), "write the SHA-512 as 128 lower-case hexadecimal digits"],
  ["orchestrator.k3s.images", "http://192.0.2.80/images.tar", below("url, sha512")],
  ["orchestrator.k3s.images.url", "images.tar", "write an http or https address"],
  ["orchestrator.k3s.images.sha512", 512, "write the SHA-512 as 128 lower-case hexadecimal digits"],
  ["orchestrator.api", "hosts", below("front, site")],
  ["orchestrator.api.front", "keepalived", "write one of hosts, loadBalancer, vip"],
  ["orchestrator.api.site", 7, name],
  ["orchestrator.podCidr", "10.42.0.0", range],
  ["orchestrator.serviceCidr", 10, range],
  ["orchestrator.nodePorts", "13000-15767", below("from, to")],
  ["orchestrator.nodePorts.from", -1, port],
  ["orchestrator.nodePorts.to", 65_536, port],
  ["orchestrator.registries", ["docker.io"], names("docker.io: { endpoints: [https://registry.example.org] }")],
  ["orchestrator.registries.*", "https://registry.example.org", below("endpoints, ca, user")],
  [
    "orchestrator.registries.*.endpoints",
    "https://registry.example.org",
    "write a list, such as [https://registry.example.org]",
  ],
  ["orchestrator.registries.*.endpoints[0]", "registry.example.org", "write an http or https address"],
  [
    "orchestrator.registries.*.ca",
    "/etc/ssl/ca.crt",
    "write a certificate in PEM, from -----BEGIN CERTIFICATE----- on",
  ],
  [
    "orchestrator.registries.*.user",
    "robot:secret",
    "write the name that the registry knows, without spaces and colons, such as robot$estate",
  ],
  ["roles", ["bbb"], names("worker: { runs: [pods], flavor: m1.medium, count: 1 }")],
  [
    "roles.*",
    "bbb",
    below("runs, flavor, publicAddress, antiAffinity, labels, taints, volumes, hosts, count, rollout"),
  ],
  ["roles.*.runs", "pods", "write a list, such as [pods]"],
  [
    "roles.*.runs[0]",
    "mail",
    "write one of orchestrator, recordings, turn, bbb, greenlight, scalelite, monitoring, pods",
  ],
  ["roles.*.flavor", {}, "write the name of a flavor, such as m1.large"],
  ["roles.*.publicAddress", "yes", "write true or false"],
  ["roles.*.antiAffinity", true, "write one of none, soft, hard"],
  ["roles.*.labels", "ssd", names("example.org/disk: ssd")],
  [
    "roles.*.labels.*",
    "-ssd",
    "write a Kubernetes label value: up to 63 letters, digits, '.', '_' and '-', none of these three at an end",
  ],
  ["roles.*.taints", [], names("estate/dedicated: { value: bbb, effect: NoSchedule }")],
  ["roles.*.taints.*", "NoSchedule", below("value, effect")],
  [
    "roles.*.taints.*.value",
    true,
    "write a Kubernetes label value: up to 63 letters, digits, '.', '_' and '-', none of these three at an end",
  ],
  ["roles.*.taints.*.effect", "Never", "write one of NoSchedule, PreferNoSchedule, NoExecute"],
  ["roles.*.volumes", [], names("recordings: { sizeGiB: 100, path: /var/lib/recordings }")],
  ["roles.*.volumes.*", 100, below("sizeGiB, type, path")],
  ["roles.*.volumes.*.sizeGiB", "100", "write a whole number of GiB from 1 to 16384"],
  ["roles.*.volumes.*.type", "", "write the name of a volume type of the cloud"],
  ["roles.*.volumes.*.path", "data", "write an absolute path in lower case, such as /var/lib/recordings"],
  ["roles.*.hosts", ["bbb-01"], names("bbb-01: {}")],
  ["roles.*.hosts.*", null, below("site, availabilityZone, generation")],
  ["roles.*.hosts.*.site", "North", name],
  ["roles.*.hosts.*.availabilityZone", "", "write the name of an availability zone"],
  ["roles.*.hosts.*.generation", -1, "write a whole number, 0 or more"],
  ["roles.*.count", 100, "write a whole number from 0 to 99"],
  ["roles.*.rollout", "slow", below("width, joinMinutes, drainMinutes, afterDrainMinutes, soakMinutes, window")],
  ["roles.*.rollout.width", 0, "write a whole number from 1 to 20"],
  ["roles.*.rollout.joinMinutes", 0, minutes("more than 0", 240)],
  ["roles.*.rollout.drainMinutes", Number.POSITIVE_INFINITY, minutes("more than 0", 1440)],
  ["roles.*.rollout.afterDrainMinutes", "fail", "write one of abort, wait, force"],
  ["roles.*.rollout.soakMinutes", -0.5, minutes("at least 0", 240)],
  ["roles.*.rollout.window", "at night", below("days, from, to, timeZone")],
  ["roles.*.rollout.window.days", "fri", "write a list, such as [fri, sat]"],
  ["roles.*.rollout.window.days[0]", "friday", "write one of sun, mon, tue, wed, thu, fri, sat"],
  ["roles.*.rollout.window.from", "24:00", 'write a time of day in quotes, such as "22:00"'],
  ["roles.*.rollout.window.to", "5:00", 'write a time of day in quotes, such as "05:00"'],
  ["roles.*.rollout.window.timeZone", "Berlin", "write an IANA time zone, such as Europe/Berlin"],
  ["removal", "keep", below("volumes, protect")],
  ["removal.volumes", ["bbb-02-recordings"], names("bbb-02-recordings: keep")],
  ["removal.volumes.*", "retain", "write one of keep, delete"],
  ["removal.protect", "yes", "write true or false"],
];

it.each(table)("%s", (schemaPath, wrong, message) => {
  const path = keysOf(schemaPath);
  const lines = mistakes((document) => {
    // a release is only told about where there is no name
    if (/^image\.(stream|version|sha256|url)$/.test(schemaPath)) document.image = {};
    fill(document, path, wrong);
  });
  expect(lines.filter((line) => line.startsWith(`${placeOf(path)}: `))).toEqual([`${placeOf(path)}: ${message}`]);
});

function keysOf(path: string): (string | number)[] {
  const any = path.startsWith("orchestrator.registries.") ? "any.org" : "any";
  return path.split(/[.[]/).map((key) => (key.endsWith("]") ? Number.parseInt(key, 10) : key === "*" ? any : key));
}

/** Puts a value at a path, and what has to be above it. */
// biome-ignore lint/suspicious/noExplicitAny: a broken document is any document
function fill(document: any, path: readonly (string | number)[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) document[key] = value;
  else {
    document[key] ??= typeof rest[0] === "number" ? [] : {};
    fill(document[key], rest, value);
  }
}

it("there is one for each field; those of an application are in its own tests", () => {
  const paths = pathsIn(JSON.parse(renderSchema()), "").filter((path) => !/^apps(\.|$)/.test(path));
  expect(table.map(([path]) => path)).toEqual([...new Set(paths)]);
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | false;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

function pathsIn({ properties = {}, additionalProperties, items, oneOf = [] }: JsonSchema, at: string): string[] {
  const within = (schema: JsonSchema, path: string) => [path, ...pathsIn(schema, path)];
  return [
    ...oneOf.flatMap((schema) => pathsIn(schema, at)),
    ...Object.entries(properties).flatMap(([key, schema]) => within(schema, at ? `${at}.${key}` : key)),
    ...(additionalProperties ? within(additionalProperties, `${at}.*`) : []),
    ...(items ? within(items, `${at}[0]`) : []),
  ];
}
