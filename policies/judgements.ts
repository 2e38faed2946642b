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

/** Whether a rule lets anyone in: by the whole range, or by naming nobody. */
export function opensToWorld({ direction, remoteGroupId, remoteIpPrefix }: OpenRule): boolean {
  if (direction !== "ingress") return false;
  return remoteIpPrefix ? remoteIpPrefix.endsWith("/0") : !remoteGroupId;
}

/** The images of all containers anywhere in a Kubernetes object that have no digest. */
export function unpinnedImages(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(unpinnedImages);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (!/^(containers|initContainers|ephemeralContainers)$/.test(key) || !Array.isArray(inner))
      return unpinnedImages(inner);
    return inner.flatMap(({ image }: { image?: string }) =>
      image && !/@sha256:[0-9a-f]{64}$/.test(image) ? [image] : [],
    );
  });
}

type Judged = Pick<PolicyResource, "type" | "name" | "props" | "propertyDependencies"> & {
  readonly opts: { readonly deleteBeforeReplace?: boolean };
  readonly urn: string;
};

/** Servers that could be replaced without a drain, or without anyone waiting for the new one. */
export function unsafeServers(resources: readonly Judged[]): { readonly name: string; readonly missing: string }[] {
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
          : ["has no gate that drains it (a command with delete, triggered by its id)"]),
        ...(own.some(({ props, name }) => !props.delete && name.endsWith("-ready"))
          ? []
          : ["has no gate that waits for it (<name>-ready)"]),
        ...(server.opts.deleteBeforeReplace ? [] : ["is not deleted before it is replaced: its port would be taken"]),
      ];
      return missing.map((text) => ({ name: server.name, missing: text }));
    });
}
