import type { EstateFacts, HostFacts, VolumeFacts } from "../stacks/facts.ts";
import { hostKeyPair, publicKeyOf, type SshKeyPair } from "../stacks/openssh.ts";
import type { EstateSecrets } from "../stacks/secrets.ts";
import type { InterfaceFacts } from "./network.ts";
import { deviceOf } from "./volumes.ts";

/** What a machine is told at first boot that anyone may know. */
export interface MachineFacts {
  readonly host: HostFacts;
  /** Whether it runs the orchestrator itself or joins it. */
  readonly kind: "server" | "agent";
  /** Whether it is the orchestrator's only server. */
  readonly alone: boolean;
  /** The operating system of its image. */
  readonly system: EstateFacts["image"]["system"];
  readonly zone: string;
  readonly api: EstateFacts["api"];
  readonly nameservers: readonly string[];
  readonly timeServers: readonly string[];
  readonly orchestrator: EstateFacts["orchestrator"];
  /** Where it sends its journal. */
  readonly logs?: NonNullable<EstateFacts["logs"]>;
  readonly volumes: readonly MachineVolume[];
  /** Its interface, where the network has no DHCP and the host is told its address. */
  readonly interface?: InterfaceFacts & { readonly prefix: number };
  /** On servers: the address before the API that they hand on to each other, where it has one. */
  readonly vip?: string;
}

/** What neutron says that a machine is told. */
export interface Told {
  /** Of its port; the host is told it only with static addressing. */
  readonly port?: InterfaceFacts | undefined;
  /** The address of the API's VIP. */
  readonly vip?: string | undefined;
}

/** A data volume, with the device that it is on this machine. */
export interface MachineVolume extends VolumeFacts {
  readonly device: string;
}

/**
 * The secrets in a machine's user data: what it needs to be recognised and to join, and nothing else. The keys of the
 * certificate authorities are never among them.
 */
export interface MachineSecrets {
  readonly hostKey: SshKeyPair;
  /** The estate's own key; administrators' keys are not in user data, so that a new one replaces no host. */
  readonly authorizedKey: string;
  /** The certificate of the authority that the API's certificate is signed by. */
  readonly serverCaCert: string;
  readonly agentToken: string;
  /** On servers only: whoever has it is the orchestrator's administrator. */
  readonly serverToken?: string;
}

/**
 * Picks what concerns one machine out of the estate's facts. Other hosts are not mentioned in it, by address or by name.
 *
 * @param volumeIds the id of each of its volumes, by the volume's name
 * @throws Error when addressing is static and nothing is known of its port, or the API has a VIP of which a server is not told
 */
export function machineFacts(
  estate: EstateFacts,
  host: HostFacts,
  volumeIds: Readonly<Record<string, string>>,
  { port, vip }: Told = {},
): MachineFacts {
  const { zone, api, network, orchestrator, pools, logs } = estate;
  const alone = pools.some(({ runs, hosts }) => runs.includes("orchestrator") && hosts.length === 1);
  return {
    ...{
      host,
      zone,
      api,
      orchestrator,
      alone,
      system: estate.image.system,
      kind: host.runs.includes("orchestrator") ? "server" : "agent",
    },
    ...(logs ? { logs } : {}),
    nameservers: Object.values(network.nameservers).sort(),
    timeServers: Object.values(network.timeServers).sort(),
    volumes: host.volumes.map((volume) => ({ ...volume, device: deviceOf(volumeIds[volume.name] ?? "") })),
    ...(network.addressing === "static" ? { interface: interfaceOf(estate, host, port) } : {}),
    ...(api.vip && host.runs.includes("orchestrator") ? { vip: vipOf(host, vip) } : {}),
  };
}

function vipOf({ name }: HostFacts, vip: string | undefined): string {
  if (!vip) throw new Error(`${name} is a server behind a VIP, but nothing is known of that`);
  return vip;
}

function interfaceOf({ sites }: EstateFacts, { name, site }: HostFacts, port: InterfaceFacts | undefined) {
  if (!port) throw new Error(`${name} has static addressing, but nothing is known of its port`);
  return { ...port, prefix: Number(sites[site]?.cidr.split("/")[1]) };
}

/** Picks what concerns one machine out of the estate's secrets. */
export function machineSecrets(secrets: EstateSecrets, { host, kind }: MachineFacts): MachineSecrets {
  return {
    hostKey: hostKeyPair(secrets.hostKeySeed, host.name),
    authorizedKey: publicKeyOf(secrets.sshKey),
    serverCaCert: secrets.serverCaCert,
    agentToken: secrets.agentToken,
    ...(kind === "server" ? { serverToken: secrets.serverToken } : {}),
  };
}
