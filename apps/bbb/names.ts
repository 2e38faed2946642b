import { ports } from "../../stacks/ports.ts";

/** The application, what its objects begin with, and the label of its pods. */
export const name = "bbb";

/** User and group of the keeper's pod: what it writes on the host is this user's. */
export const user = 65_532;

/** Where the keeper of a host tells what the host says of its recordings. */
export const handoverPort = 9301;

/** Where a host has what. */
export const places = {
  /** What never changes while the host lives: programs, scripts, the overlay. Written at the first boot. */
  tools: "/opt/estate/bbb",
  /** What the keeper's pod wrote last: the folder is its user's. */
  told: "/var/lib/estate/bbb-told",
  /** The project as it runs, and the settings that it runs with, for root alone. What is told later changes nothing here by itself. */
  work: "/var/lib/estate/bbb",
  /** What the host says of its recordings, for the keeper's pod to read. */
  said: "/var/lib/estate/bbb-said",
} as const;

/** Addresses of containers, which upstream's configuration files name: they cannot be others. */
export const containers = "10.7.7.0/24";
/** Addresses of docker's own bridge, which nothing but the generator of the project uses; docker's default may be a site's. */
export const dockerBridge = "10.7.8.1/24";

/** Where upstream's nginx takes HTTP/1.1 and HTTP/2 with the PROXY protocol, and HTTP without: from this host alone. */
export const nginx = { http1: 48_081, http2: 48_082, plain: 48_087 } as const;

/** What a bbb host listens on, as the port catalogue has it. */
export const open = { http: catalogued("http"), https: catalogued("https"), exporter: catalogued("bbb-exporter") };

function catalogued(service: string): number {
  const port = ports.find((one) => one.service === service && one.on === "bbb");
  if (!port) throw new Error(`the port catalogue has no ${service} of bbb`);
  return port.from;
}

/** The objects of a host. */
export function hostObject(host: string): string {
  return `${name}-${host}`;
}
