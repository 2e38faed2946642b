/**
 * What one host consists of, as `<type> <name>` of every resource that a provider has: what a plan makes for one host more, and takes
 * away for one less. test/graph/parts.test.ts compares it with what the program registers, test/engine with what the engine plans.
 */
export interface HostParts {
  /** Whether it has a floating IP, whose reverse zone is the estate's. @default false */
  readonly public?: boolean;
  /** Names of its data volumes. @default none */
  readonly volumes?: readonly string[];
  /** Keys of the rules that name its address. @default none */
  readonly rules?: readonly string[];
}

export function partsOf(host: string, { public: outside = false, volumes = [], rules = [] }: HostParts = {}): string[] {
  return [
    `openstack:compute/instance:Instance ${host}`,
    ...["drain", "ready"].map((gate) => `command:local:Command ${host}-${gate}`),
    `openstack:networking/port:Port ${host}-port`,
    ...[`dns-${host}`, `dns-${host}.internal`, `reverse-${host}`].map(record),
    ...(outside
      ? [
          `openstack:networking/floatingIp:FloatingIp ${host}-floating-ip`,
          `openstack:networking/floatingIpAssociate:FloatingIpAssociate ${host}-floating-ip-association`,
          record(`reverse-${host}.floating`),
        ]
      : []),
    ...volumes.map((volume) => `openstack:blockstorage/volume:Volume ${host}-${volume}`),
    ...rules.map((key) => `openstack:networking/secGroupRule:SecGroupRule ${key}`),
  ].sort();
}

function record(name: string): string {
  return `openstack:dns/recordSet:RecordSet ${name}`;
}
