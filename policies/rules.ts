import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { ports } from "../stacks/ports.ts";
import { type OpenRule, opensToWorld, unpinnedImages, unsafeServers } from "./judgements.ts";

/** SSH is for administrators' ranges. */
export const noSshFromWorld: ResourceValidationPolicy = {
  name: "no-ssh-from-world",
  description: "SSH must not be open to the internet.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    const rule = props as OpenRule;
    if (type !== "openstack:networking/secGroupRule:SecGroupRule" || !opensToWorld(rule)) return;
    const { protocol, portRangeMin: from, portRangeMax: to } = rule;
    if (protocol === "udp" || (from && to && (from > 22 || to < 22))) return;
    report("opens SSH to the internet; name the ranges administrators work from in admins.cidrs");
  },
};

/** What anyone may reach is in the port catalogue, and nowhere else. */
export const worldOnlyByCatalogue: ResourceValidationPolicy = {
  name: "world-only-by-catalogue",
  description: "Only ports that the catalogue opens to the world may be open to the world.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    const rule = props as OpenRule;
    if (type !== "openstack:networking/secGroupRule:SecGroupRule" || !opensToWorld(rule)) return;
    const { protocol, portRangeMin: from, portRangeMax: to } = rule;
    const listed = ports.some(
      (port) => port.sources.includes("world") && port.protocol === protocol && port.from === from && port.to === to,
    );
    if (!listed)
      report(
        `opens ${protocol ?? "every protocol"} ${from ?? "any"}-${to ?? "any"} to the internet; the catalogue (stacks/ports.ts) does not`,
      );
  },
};

/** An image that is a tag is another image tomorrow. */
export const imagesByDigest: ResourceValidationPolicy = {
  name: "images-by-digest",
  description: "Container images are pinned by digest.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (!type.startsWith("kubernetes:")) return;
    for (const image of unpinnedImages(props)) report(`the image ${image} has no digest (@sha256:...)`);
  },
};

/** A server without gates is killed in the middle of its work, and the next one before it is back. */
export const serversHaveGates: StackValidationPolicy = {
  name: "servers-have-gates",
  description: "Every server is drained before it goes, and waited for before the next one is touched.",
  enforcementLevel: "mandatory",
  validateStack: ({ resources }, report) => {
    for (const { name, missing } of unsafeServers(resources)) report(`the server ${name} ${missing}`);
  },
};

export const policies: Policies = [noSshFromWorld, worldOnlyByCatalogue, imagesByDigest, serversHaveGates];
