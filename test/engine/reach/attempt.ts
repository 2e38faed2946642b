/** A connection to try. */
export interface Attempt {
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly address: string;
  /** Of ICMP it means nothing. */
  readonly port: number;
  /** The address it comes from. @default the system's choice */
  readonly source?: string;
}
