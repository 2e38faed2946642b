import type { PolicyResource } from "@pulumi/policy";

/** The inputs of a security group rule that matter here. */
export interface OpenRule {
  readonly direction?: string;
  readonly protocol?: string;
  readonly portRangeMin?: number;
  readonly portRangeMax?: number;
  readonly remoteIpPrefix?: string;
  readonly remoteGroupId?: string;
}

/** Bits of the widest range that is still somebody's: `10.0.0.0/8`, and for IPv6 less than a registry of a continent has. */
const widest = { ipv4: 8, ipv6: 16 } as const;

/**
 * Whether a rule lets anyone in: by naming nobody, or by a range that is the whole of the internet, or a good part of it. Nothing is read
 * that need not be: in the stack of a preview whom a rule does not name is unknown, and reading it throws.
 */
export function opensToWorld(rule: OpenRule): boolean {
  if (rule.direction !== "ingress") return false;
  const { remoteIpPrefix } = rule;
  if (!remoteIpPrefix) return !rule.remoteGroupId;
  const [address = "", bits] = remoteIpPrefix.split("/");
  return bits !== undefined && Number(bits) < widest[address.includes(":") ? "ipv6" : "ipv4"];
}

/** All containers anywhere in a Kubernetes object, those that prepare and those that debug as well. */
export function containersIn(value: unknown): { readonly image?: string }[] {
  if (Array.isArray(value)) return value.flatMap(containersIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    /^(containers|initContainers|ephemeralContainers)$/.test(key) && Array.isArray(inner) ? inner : containersIn(inner),
  );
}

/** The images of all containers of a Kubernetes object that have no digest. */
export function unpinnedImages(value: unknown): string[] {
  return containersIn(value).flatMap(({ image }) => (image && !/@sha256:[0-9a-f]{64}$/.test(image) ? [image] : []));
}

type Judged = Pick<PolicyResource, "type" | "name" | "props" | "propertyDependencies"> & {
  readonly opts: { readonly deleteBeforeReplace?: boolean };
  readonly urn: string;
};

/** A server, and what it is without. */
export interface Unsafe {
  readonly urn: string;
  readonly name: string;
  readonly missing: string;
}

/** Servers that could be replaced without a drain, or without anyone waiting for the new one. */
export function unsafeServers(resources: readonly Judged[]): Unsafe[] {
  const gates = resources.filter(({ type }) => type === "command:local:Command");
  return resources
    .filter(({ type }) => type === "openstack:compute/instance:Instance")
    .flatMap((server) => {
      const own = gates.filter(({ propertyDependencies: { triggers = [] } }) =>
        triggers.some(({ urn }) => urn === server.urn),
      );
      const missing = [
        ...(own.some(({ props }) => props.delete)
          ? []
          : ["has no gate that drains it: give it a command with delete, triggered by its id (components/host.ts)"]),
        ...(own.some(({ props, name }) => !props.delete && name.endsWith("-ready"))
          ? []
          : [
              "has no gate that waits for it: give it a command <name>-ready, triggered by its id (components/host.ts)",
            ]),
        ...(server.opts.deleteBeforeReplace
          ? []
          : ["is made anew while the old one still has its port: say deleteBeforeReplace: true"]),
      ];
      return missing.map((text) => ({ urn: server.urn, name: server.name, missing: text }));
    });
}
