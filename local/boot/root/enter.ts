import { baseEnvironment } from "./files.ts";
import type { HostPaths } from "./paths.ts";

/** A command as the host itself would run it: in its namespaces, with its root, and a clean environment. */
export function insideHost(
  paths: Pick<HostPaths, "root" | "uts">,
  netns: string,
  command: readonly string[],
  environment: readonly string[] = [],
): readonly [string, ...string[]] {
  return [
    "nsenter",
    `--net=${netns}`,
    `--uts=${paths.uts}`,
    `--root=${paths.root}`,
    `--wd=${paths.root}`,
    "/usr/bin/env",
    "-i",
    ...baseEnvironment,
    ...environment,
    ...command,
  ];
}

/** A command that uses the host's network and its name server, but this machine's files: the firmware and the initramfs. */
export function besideHost(
  paths: Pick<HostPaths, "root" | "uts">,
  netns: string,
  command: readonly string[],
): readonly [string, ...string[]] {
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const resolver = `${paths.root}/run/systemd/resolve/resolv.conf`;
  const enter = ["nsenter", `--net=${netns}`, `--uts=${paths.uts}`] as const;
  return [...enter, "unshare", "--mount", "sh", "-c", script, resolver, ...command];
}
