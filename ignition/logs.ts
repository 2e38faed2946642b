import { type File, type Fragment, lines } from "./config.ts";
import type { MachineFacts } from "./machine.ts";

const authority = "/etc/estate/logs-ca.crt";

/**
 * Sends the journal to the receiver of the document, by the program that Flatcar has for it and leaves off. It remembers how far it
 * came, so that what is said while nobody receives is sent later. Nothing where the document names no receiver.
 */
export function logs({ logs }: MachineFacts): Fragment {
  if (!logs) return {};
  const { address, port, caCert } = logs;
  const trusted: File[] = caCert ? [{ path: authority, mode: 0o644, contents: caCert }] : [];
  const upload = lines(
    "[Upload]",
    `URL=${caCert ? "https" : "http"}://${address}:${port}`,
    // without a file named it looks for a key and a certificate of its own, and ends when there are none
    ...(caCert ? ["ServerKeyFile=-", "ServerCertificateFile=-", `TrustedCertificateFile=${authority}`] : []),
  );
  return {
    files: [{ path: "/etc/systemd/journal-upload.conf.d/10-estate.conf", mode: 0o644, contents: upload }, ...trusted],
    units: [{ name: "systemd-journal-upload.service", enable: true }],
  };
}
