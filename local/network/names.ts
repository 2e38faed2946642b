import type { Port, Server } from "./model.ts";

/** Enough of a UUID to tell objects apart; the kernel allows 15 characters for the name of a link. */
const short = (id: string): string => id.slice(0, 11);

export const names = {
  /** The namespace of a server of nova. */
  host: (serverId: string): string => `host-${short(serverId)}`,
  router: (routerId: string): string => `router-${short(routerId)}`,
  balancer: (loadBalancerId: string): string => `lb-${short(loadBalancerId)}`,
  bridge: (networkId: string): string => `br-${short(networkId)}`,
  /** The stack's end of a port. */
  tap: (portId: string): string => `tap${short(portId)}`,
  /** In a router: the port on a network of a project, and the port on the external one. */
  routerInterface: (portId: string): string => `qr-${short(portId)}`,
  routerGateway: (portId: string): string => `qg-${short(portId)}`,
} as const;

/** Which port of a server is which interface. */
export interface InterfaceNames {
  /** The server runs, so its interfaces keep their names until it is deleted. */
  readonly stable: boolean;
  /** Port id to the number in `eth<number>`. */
  readonly numbers: ReadonlyMap<string, number>;
}

/**
 * Numbers the ports of a server. In the order nova gives them, once it has built the server; from then on an interface keeps its
 * name, as on a machine, and a new one takes the lowest free number.
 */
export function nameInterfaces(
  previous: InterfaceNames | undefined,
  ports: readonly Port[],
  server: Server | undefined,
): InterfaceNames {
  const kept = previous?.stable ? ports.filter(({ id }) => previous.numbers.has(id)) : [];
  const numbers = new Map(kept.map(({ id }) => [id, previous?.numbers.get(id) ?? 0]));
  const taken = new Set(numbers.values());
  const order = server?.macs ?? [];
  const position = (port: Port) => {
    const index = order.indexOf(port.mac_address);
    return index < 0 ? order.length : index;
  };
  for (const { id } of ports.filter((port) => !numbers.has(port.id)).toSorted((a, b) => position(a) - position(b))) {
    let number = 0;
    while (taken.has(number)) number++;
    taken.add(number);
    numbers.set(id, number);
  }
  return { stable: previous?.stable === true || server?.macs !== undefined, numbers };
}
