import type { Fragment } from "../ignition/config.ts";
import { apiFront } from "./apiFront.ts";
import { type AppFacts, appFacts, broughtTo } from "./appFacts.ts";
import { type ImageFacts, imageFacts } from "./image.ts";
import { readPublicKey } from "./publicKey.ts";
import { type ReverseFacts, reverseFacts } from "./reverse.ts";
import type { Logs } from "./schema/logs.ts";
import { type Host, hostsOf, type Role, type Rollout } from "./schema/role.ts";
import { runsOf, type Workload, workloads } from "./schema/workload.ts";
import type { Estate } from "./schema.ts";
import { type SecurityRule, securityGroups, securityRules } from "./securityRules.ts";
import { type WebFacts, webFacts } from "./web.ts";

/** What is known of a host before it exists. */
export interface HostFacts {
  readonly name: string;
  readonly role: string;
  readonly runs: readonly Workload[];
  readonly flavor: string;
  /** Where in the cloud it is: the network it is on. */
  readonly site: string;
  readonly availabilityZone?: string;
  readonly publicAddress: boolean;
  readonly generation: number;
  /** Data volumes, by name. */
  readonly volumes: readonly VolumeFacts[];
  /** Its DNS names: `announced` leads to the address others use, `internal` to the one it has on the estate's network. */
  readonly names: { readonly announced: string; readonly internal: string };
  readonly labels: Readonly<Record<string, string>>;
  /** As k3s takes them: `key=value:effect`. */
  readonly taints: readonly string[];
  /** Of applications, for software that is no pod: part of its user data. Nothing where none brings any. */
  readonly brought?: readonly Fragment[];
}

/** A data volume of a host. */
export interface VolumeFacts {
  readonly name: string;
  readonly sizeGiB: number;
  readonly type?: string;
  /** Where the host has it. */
  readonly path: string;
}

/** A role, with its hosts in the order of their names: the order in which they are replaced. */
export interface PoolFacts {
  readonly role: string;
  readonly runs: readonly Workload[];
  readonly antiAffinity: Role["antiAffinity"];
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
  /** The load balancer that they lead to; without one, and without a VIP, they lead to the servers. */
  readonly loadBalancer?: {
    /** Where it has its address. */
    readonly site: string;
    /** Ranges of those who may call it: administrators and hosts. */
    readonly callers: readonly string[];
  };
  /** The address that they lead to, which the servers hand on to each other. Its port is in the site. */
  readonly vip?: { readonly site: string };
}

/** Everything the layers need, derived from the document once. Nothing after this reads the document. */
export interface EstateFacts {
  readonly name: string;
  readonly zone: string;
  /** The administrators' SSH keys by name, each with its type and without its comment. */
  readonly administrators: Readonly<Record<string, string>>;
  readonly api: ApiFacts;
  readonly network: Estate["network"];
  readonly sites: Estate["sites"];
  readonly image: ImageFacts;
  /** Where hosts send their journals. */
  readonly logs?: Logs;
  readonly orchestrator: Estate["orchestrator"];
  readonly reverse: ReverseFacts;
  /** What becomes of volumes that are no longer in the document. */
  readonly removal: Estate["removal"];
  readonly groups: readonly string[];
  readonly rules: readonly SecurityRule[];
  /** In the order in which pools are built and replaced, see `poolOrder`. */
  readonly pools: readonly PoolFacts[];
  /** The applications that run, in the order in which they are built. */
  readonly apps: readonly AppFacts[];
  /** The way in to their pages. Nothing where no ingress runs. */
  readonly web?: WebFacts;
}

/** Derives the facts. Equal documents give equal facts, whatever the order in which they were written. */
export function deriveFacts(estate: Estate): EstateFacts {
  const { name, zone, network, sites, image, orchestrator, logs, removal } = estate;
  const pools = poolOrder(estate).map((role) => poolFacts(estate, role));
  const hosts = pools.flatMap((pool) => pool.hosts);
  const web = webFacts(estate);
  const api = { name: `api.${zone}`, internalName: `api.internal.${zone}`, port: 6443, ...apiFront(estate) };
  return {
    ...{ name, zone, network, sites, orchestrator, removal },
    administrators: Object.fromEntries(Object.entries(estate.admins.keys).map(([who, line]) => [who, plainKey(line)])),
    image: imageFacts(name, image),
    ...(logs ? { logs } : {}),
    api,
    groups: securityGroups(estate),
    rules: securityRules(estate),
    ...{ pools, apps: appFacts(estate), reverse: reverseFacts(estate, hosts, api) },
    ...(web ? { web } : {}),
  };
}

function plainKey(line: string): string {
  const { type, blob } = readPublicKey(line) ?? {};
  if (!type || !blob) throw new Error(`no public key: ${line}`);
  return `${type} ${blob}`;
}

/**
 * The roles in the order in which they are built and replaced: by what they run (`workloads`: the orchestrator, those who
 * relay for bbb, bbb, then what leads to it), and of equal ones by name.
 */
export function poolOrder({ roles }: Pick<Estate, "roles">): string[] {
  const first = (role: string) => Math.min(...runsOf(role, roles[role] ?? {}).map((one) => workloads.indexOf(one)));
  return Object.keys(roles).sort((a, b) => first(a) - first(b) || (a < b ? -1 : 1));
}

function poolFacts(estate: Estate, role: string): PoolFacts {
  const spec = estate.roles[role];
  if (!spec) throw new Error(`no role ${role}`);
  const runs = runsOf(role, spec);
  const brought = broughtTo(runs, estate);
  const hosts = Object.entries(hostsOf(role, spec)).map(([name, host]) =>
    hostFacts(estate, { role, spec, runs, brought, name, host }),
  );
  return {
    ...{ role, runs, rollout: spec.rollout, antiAffinity: spec.antiAffinity },
    hosts: hosts.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** A host as the document has it, with what all hosts of its role have alike. */
interface Described extends Pick<HostFacts, "role" | "runs"> {
  readonly spec: Role;
  readonly brought: readonly Fragment[];
  readonly name: string;
  readonly host: Host;
}

function hostFacts({ zone, sites }: Estate, { role, spec, runs, brought, name, host }: Described): HostFacts {
  const site = host.site ?? Object.keys(sites)[0] ?? "";
  const availabilityZone = host.availabilityZone ?? sites[site]?.availabilityZone;
  const taints = Object.entries(spec.taints).map(([key, taint]) => `${key}=${taint.value}:${taint.effect}`);
  // Only system pods run beside the datastore (they tolerate this).
  if (runs.includes("orchestrator")) taints.push("node-role.kubernetes.io/control-plane=:NoSchedule");
  return {
    ...{ name, role, runs, site, flavor: spec.flavor, publicAddress: spec.publicAddress, generation: host.generation },
    ...(availabilityZone ? { availabilityZone } : {}),
    names: { announced: `${name}.${zone}`, internal: `${name}.internal.${zone}` },
    labels: { ...spec.labels, "estate/role": role },
    taints: taints.sort(),
    volumes: volumesOf(spec),
    ...(brought.length > 0 ? { brought } : {}),
  };
}

function volumesOf({ volumes }: Role): VolumeFacts[] {
  return Object.entries(volumes)
    .map(([name, { sizeGiB, type, path }]) => ({ name, sizeGiB, path, ...(type ? { type } : {}) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
