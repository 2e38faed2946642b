import type { Estate, Rollout } from "./schema.ts";
import { type SecurityRule, securityGroups, securityRules } from "./securityRules.ts";

/** What is known of a host before it exists. */
export interface HostFacts {
  readonly name: string;
  readonly role: string;
  readonly flavor: string;
  readonly availabilityZone?: string;
  readonly publicAddress: boolean;
  readonly generation: number;
  /** Its DNS names: `announced` leads to the address others use, `internal` to the one it has on the estate's network. */
  readonly names: { readonly announced: string; readonly internal: string };
  readonly labels: Readonly<Record<string, string>>;
  /** As k3s takes them: `key=value:effect`. */
  readonly taints: readonly string[];
}

/** A role, with its hosts in the order of their names: the order in which they are replaced. */
export interface PoolFacts {
  readonly role: string;
  readonly rollout: Rollout;
  readonly hosts: readonly HostFacts[];
}

/** The names under which hosts and operators reach the orchestrator's API. */
export interface ApiFacts {
  /** For operators, and for the kubeconfig. */
  readonly name: string;
  /** For hosts: it leads to fixed addresses, so that security groups recognise the caller. */
  readonly internalName: string;
  readonly port: number;
}

/** Everything the layers need, derived from the document once. Nothing after this reads the document. */
export interface EstateFacts {
  readonly name: string;
  readonly zone: string;
  readonly api: ApiFacts;
  readonly network: Estate["network"];
  readonly image: Estate["image"];
  readonly orchestrator: Estate["orchestrator"];
  readonly groups: readonly string[];
  readonly rules: readonly SecurityRule[];
  /** The orchestrator first, then the other roles by name: the order in which pools are replaced. */
  readonly pools: readonly PoolFacts[];
}

/** Derives the facts. Equal documents give equal facts, whatever the order in which they were written. */
export function deriveFacts(estate: Estate): EstateFacts {
  const { name, zone, network, image, orchestrator } = estate;
  const roles = Object.keys(estate.roles).sort(
    (a, b) => Number(b === "orchestrator") - Number(a === "orchestrator") || (a < b ? -1 : 1),
  );
  return {
    ...{ name, zone, network, image, orchestrator },
    api: { name: `api.${zone}`, internalName: `api.internal.${zone}`, port: 6443 },
    groups: securityGroups(estate),
    rules: securityRules(estate),
    pools: roles.map((role) => poolFacts(estate, role)),
  };
}

function poolFacts({ roles, zone }: Estate, role: string): PoolFacts {
  const spec = roles[role];
  if (!spec) throw new Error(`no role ${role}`);
  const taints = Object.entries(spec.taints).map(([key, taint]) => `${key}=${taint.value}:${taint.effect}`);
  // Only system pods run beside the datastore (they tolerate this).
  if (role === "orchestrator") taints.push("node-role.kubernetes.io/control-plane=:NoSchedule");
  const hosts = Object.entries(spec.hosts).map(([name, host]) => ({
    ...{ name, role, flavor: spec.flavor, publicAddress: spec.publicAddress, generation: host.generation },
    ...(host.availabilityZone ? { availabilityZone: host.availabilityZone } : {}),
    names: { announced: `${name}.${zone}`, internal: `${name}.internal.${zone}` },
    labels: { ...spec.labels, "estate/role": role },
    taints: taints.sort(),
  }));
  return { role, rollout: spec.rollout, hosts: hosts.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
