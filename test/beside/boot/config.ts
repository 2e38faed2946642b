import { k3sLauncherSha512 } from "../../../local/boot/launcher.ts";

interface Unit {
  readonly name: string;
  /** @default that of the image */
  readonly contents?: string;
}

/** What a test puts on its host beside the keys. */
export interface Wishes {
  readonly name: string;
  readonly authorizedKey: string;
  readonly hostKey?: { readonly private: string; readonly public: string };
  readonly units?: readonly Unit[];
  readonly files?: Readonly<Record<string, string>>;
  /** @default that of the launcher */
  readonly k3sSha512?: string;
}

/** An Ignition config as the estate renders it: keys, the k3s program from the mirror, units. */
export function config({ name, authorizedKey, hostKey, units = [], files = {}, k3sSha512 }: Wishes): string {
  const text: Record<string, string> = { "/etc/hostname": name, ...files };
  if (hostKey) text["/etc/ssh/ssh_host_ed25519_key"] = hostKey.private;
  const k3s = {
    path: "/opt/bin/k3s",
    mode: 0o755,
    contents: {
      source: "http://10.20.0.1/k3s",
      verification: { hash: `sha512-${k3sSha512 ?? k3sLauncherSha512()}` },
    },
  };
  return JSON.stringify({
    ignition: { version: "3.4.0" },
    passwd: { users: [{ name: "core", sshAuthorizedKeys: [authorizedKey] }] },
    storage: {
      files: [
        ...Object.entries(text).map(([path, content]) => ({
          path,
          overwrite: true,
          mode: path.endsWith("_key") ? 0o600 : 0o644,
          contents: { source: `data:,${encodeURIComponent(content)}` },
        })),
        k3s,
      ],
    },
    systemd: { units: units.map((unit) => ({ ...unit, enabled: true })) },
  });
}

/** A service that is started with the machine. */
export function service(name: string, lines: readonly string[], unit: readonly string[] = []): Unit {
  const contents = ["[Unit]", ...unit, "[Service]", ...lines, "[Install]", "WantedBy=multi-user.target", ""].join("\n");
  return { name, contents };
}
