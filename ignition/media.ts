import { type Fragment, lines } from "./config.ts";
import type { MachineFacts } from "./machine.ts";

/**
 * Bytes that a socket of a media host holds until its program comes round. With the kernel's 212,992 a burst of video is dropped.
 *
 * @source coturn asks for 2 MiB for each listening socket (UR_SERVER_SOCK_BUF_SIZE, src/apps/common/apputils.h) and gets what the
 *   maximum allows; FreeSWITCH asks for nothing, and its sockets lose packets with the default (bigbluebutton issue 25147), 2026-11
 */
const buffers = {
  /** What a socket has that asks for nothing. It is memory only while packets wait in it. */
  "net.core.rmem_default": 1_048_576,
  "net.core.rmem_max": 2_097_152,
  "net.core.wmem_max": 2_097_152,
} as const;

/**
 * The first port that a program needs no capability for, on hosts that run turn: TURN with TLS is on 443, and its pod, which has the
 * host's network, is not root.
 */
const unprivileged = { "net.ipv4.ip_unprivileged_port_start": 443 } as const;

/** Settings of the kernel of hosts that run bbb or turn; nothing for others. Changing them replaces those hosts. */
export function media({ host }: MachineFacts): Fragment {
  if (!host.runs.some((workload) => workload === "bbb" || workload === "turn")) return {};
  const all = { ...buffers, ...(host.runs.includes("turn") ? unprivileged : {}) };
  const settings = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return { files: [{ path: "/etc/sysctl.d/90-estate-media.conf", mode: 0o644, contents: lines(...settings) }] };
}
