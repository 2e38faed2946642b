import type { z } from "zod";
import { Address, Port } from "./primitives.ts";
import { form, section } from "./told.ts";

/**
 * Where hosts send their journals: a receiver of systemd-journal-upload, such as systemd-journal-remote. Adding it, changing it or
 * taking it away replaces every host, one after another.
 */
export const Logs = section({
  /** The receiver's address. Hosts may reach it, and nothing else of its network. */
  address: Address,
  port: Port.default(19_532),
  /**
   * The certificate of the authority that signed the receiver's, in PEM; that of the receiver must have its address. Hosts show
   * no certificate. @default journals travel unencrypted
   */
  caCert: form(
    /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$/,
    "write one certificate in PEM, from -----BEGIN CERTIFICATE----- to its END",
  ).optional(),
});

export type Logs = z.output<typeof Logs>;
