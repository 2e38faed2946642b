import { Trouble } from "../../local/say.ts";
import type { Recorded } from "../interrupted.ts";
import type { Finding } from "./finding.ts";
import type { Item } from "./item.ts";

type Thing = Readonly<Record<string, unknown>>;

/** How a kind of the cloud is written in TypeScript: what a document must say of it, from what the cloud says. */
interface Written {
  readonly args: (item: Item & Thing) => Thing;
  /** As the provider's import takes it. @default the cloud's id */
  readonly importId?: (item: Item & Thing) => string;
  /** What else an operator must know of it once it is taken in. */
  readonly afterwards?: string;
}

/** A network that a server is in, with its own address there: it keeps that when it is replaced. */
function networkOf(name: string, addresses: NonNullable<Item["addresses"]>[string]): Thing {
  const own = (version: number) =>
    addresses.find((one) => one.version === version && one["OS-EXT-IPS:type"] !== "floating")?.addr;
  return { name, fixedIpV4: own(4), fixedIpV6: own(6) };
}

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const written: Readonly<Record<string, Written>> = {
  server: {
    afterwards:
      "No gate drains it, as one drains a host of the document: policies refuse it until the stack's configuration allows it by name (policies/README.md).",
    args: ({ name, flavor, image, key_name, security_groups, metadata, addresses }) => ({
      ...{ name, flavorName: flavor?.original_name, flavorId: flavor?.id, imageId: (image as Item | undefined)?.id },
      ...{ keyPair: text(key_name), metadata },
      networks: Object.entries(addresses ?? {}).map(([network, list]) => networkOf(network, list)),
      securityGroups: (security_groups ?? []).flatMap((one) => (typeof one === "string" ? one : one.name)),
    }),
  },
  port: {
    afterwards:
      "The first update writes fixedIps and securityGroupIds as they are, which the provider's import does not read.",
    args: ({ name, network_id, fixed_ips, security_groups, admin_state_up }) => ({
      ...{ name: text(name), networkId: network_id, adminStateUp: admin_state_up, securityGroupIds: security_groups },
      fixedIps: (fixed_ips ?? []).map(({ subnet_id: subnetId, ip_address: ipAddress }) => ({ subnetId, ipAddress })),
    }),
  },
  floatingIp: {
    // the name of the external network, which is no part of what the cloud says of a floating IP
    args: ({ pool, port_id, description }) => ({ pool, portId: text(port_id), description: text(description) }),
  },
  volume: {
    args: ({ name, size, volume_type, description, availability_zone, metadata }) => ({
      ...{ name: text(name), size, volumeType: text(volume_type), description: text(description) },
      ...{ availabilityZone: availability_zone, metadata },
    }),
  },
  group: {
    afterwards:
      "Its rules are the estate's to know then: each that is neither adopted nor deleted is told by the next check.",
    args: ({ name, description }) => ({ name, description: text(description) }),
  },
  rule: {
    args: (item) => ({
      ...{ securityGroupId: item.security_group_id, direction: item.direction, ethertype: item.ethertype },
      ...{ protocol: text(item.protocol), portRangeMin: item.port_range_min, portRangeMax: item.port_range_max },
      ...{ remoteIpPrefix: text(item.remote_ip_prefix), remoteGroupId: text(item.remote_group_id) },
      description: text(item.description),
    }),
  },
  recordSet: {
    args: ({ zone_id, name, type, ttl, records }) => ({ zoneId: zone_id, name, type, ttl, records }),
    importId: ({ zone_id, id }) => `${zone_id}/${id}`,
  },
  balancer: {
    args: ({ name, vip_subnet_id, description }) => ({
      name,
      vipSubnetId: vip_subnet_id,
      description: text(description),
    }),
  },
  image: {
    afterwards:
      "The first update writes imageCachePath, where the provider keeps copies on the machine it runs on; nothing of the image changes.",
    args: ({ name, container_format, disk_format, visibility }) => ({
      ...{ name, containerFormat: container_format, diskFormat: disk_format, visibility },
    }),
  },
  keyPair: {
    args: ({ name, public_key }) => ({ name, publicKey: public_key }),
    importId: ({ name, id }) => name ?? id,
  },
};

/** In `index.ts`, the provider of each. */
const providers = { openstack: "stack.providers.openstack", kubernetes: "stack.providers.kubernetes" } as const;

/** Fields that the cluster writes by itself. */
const clusters = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/**
 * The TypeScript that would describe an unmanaged thing, for the end of `index.ts` (or a component, with its provider), and the import
 * that makes it the stack's. Of a Secret no value is shown.
 *
 * @param resources of the state, for its providers
 * @param program the text of `index.ts`: what it imports is not imported twice
 */
export function adoptionOf(
  stack: string,
  finding: Finding,
  thing: Thing,
  resources: readonly Recorded[],
  program = "",
): string[] {
  const { place, type } = finding;
  if (!place) throw new Trouble(`${finding.name} is in a state already`);
  const name = logicalName(finding.name);
  const id = place.in === "kubernetes" ? `${place.namespace}/${place.name}` : importIdOf(place.kind, thing, finding);
  const args =
    place.in === "kubernetes"
      ? manifest(thing)
      : defined(written[place.kind]?.args(thing as unknown as Item & Thing) ?? {});
  const provider = providerOf(place.in, resources);
  const target = place.in === "kubernetes" ? "kubernetes" : "openstack";
  const imported = `import * as ${target} from "@pulumi/${target}";`;
  return [
    `// ${finding.meaning}`,
    "// at the end of index.ts:",
    ...(program.includes(imported) ? [] : [imported, ""]),
    // all stacks have this program, and one of them has the thing
    `if (stack.name === ${JSON.stringify(stack)})`,
    ...[
      `new ${constructorOf(type)}(`,
      `  ${JSON.stringify(name)},`,
      ...`${code(args)},`.split("\n").map((line) => `  ${line}`),
      `  { provider: ${providers[target]}, protect: true },`,
      ");",
    ].map((line) => `  ${line}`),
    "",
    "# then, in the project's folder; it asks before it writes the state:",
    `pulumi import ${quoted(type)} ${quoted(name)} ${quoted(id)} --stack ${quoted(stack)} --generate-code=false${provider ? ` --provider ${quoted(`${target}=${provider}`)}` : ""}`,
    "# 'estate preview' must then have nothing to do for it; what it would change is what the code does not say yet.",
    ...(place.in === "openstack" ? [written[place.kind]?.afterwards ?? []].flat() : []).map((line) => `# ${line}`),
  ];
}

function importIdOf(kind: string, thing: Thing, { place }: Finding): string {
  const item = thing as unknown as Item & Thing;
  const last = place?.in === "openstack" ? decodeURIComponent(place.path.split("/").at(-1) ?? "") : "";
  return written[kind]?.importId?.({ ...item, id: item.id ?? last }) ?? last;
}

/** `openstack:networking/port:Port` is `openstack.networking.Port`, `kubernetes:apps/v1:Deployment` `kubernetes.apps.v1.Deployment`. */
export function constructorOf(type: string): string {
  const [provider = "", module = "", name = ""] = type.split(":");
  if (provider !== "kubernetes") return [provider, module.split("/")[0], name].join(".");
  const [group = "", version = ""] = module.split("/");
  return [provider, group.replace(/\.k8s\.io$/, "").split(".")[0], version, name].join(".");
}

function logicalName(name: string): string {
  return (
    name
      .replaceAll(/[^\w.-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .toLowerCase() || "adopted"
  );
}

/** Of the kinds of both programs there is one provider, which knows the credentials; else the default one is taken. */
function providerOf(kind: "openstack" | "kubernetes", resources: readonly Recorded[]): string | undefined {
  const found = resources.find(({ type, urn }) => type === `pulumi:providers:${kind}` && !urn.includes("::default"));
  return found?.urn;
}

/** kubectl keeps the whole object here, secrets in clear among it. */
const wholeCopy = "kubectl.kubernetes.io/last-applied-configuration";

function manifest({ metadata, status: _status, ...rest }: Thing): Thing {
  const { annotations, ...kept } = without((metadata ?? {}) as Thing, clusters);
  const { data, stringData, binaryData, ...others } = rest;
  const content = { data, stringData, binaryData };
  const secret = rest.kind === "Secret";
  const keys = Object.values(content).flatMap((one) => Object.keys((one ?? {}) as Thing));
  const hidden = Object.fromEntries(keys.map((key) => [key, "<from a secret of the stack>"]));
  return defined({
    ...others,
    metadata: defined({ ...kept, annotations: without((annotations ?? {}) as Thing, [wholeCopy]) }),
    ...(secret ? { stringData: hidden } : content),
  });
}

function without(thing: Thing, keys: readonly string[]): Thing {
  return Object.fromEntries(Object.entries(thing).filter(([key]) => !keys.includes(key)));
}

/** Without what the cloud does not say. */
function defined(thing: Thing): Thing {
  return Object.fromEntries(
    Object.entries(thing).filter(([, value]) => {
      if (value === undefined || value === null) return false;
      return typeof value !== "object" || Object.keys(value).length > 0;
    }),
  );
}

/** As Biome writes an object: keys are quoted where they must be. */
function code(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
