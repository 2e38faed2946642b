/** A file or folder of the played operating system. */
export interface RootFile {
  readonly path: string;
  /** Without it, a folder. */
  readonly text?: string;
  readonly mode: number;
  /** Owner and group. @default 0 */
  readonly id?: number;
}

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin";

/** What a program of a host finds in its environment when nothing else is said. */
export const baseEnvironment = [`PATH=${path}`, "LANG=C.UTF-8"] as const;

const users = [
  { name: "root", id: 0, home: "/root", shell: "/bin/bash" },
  { name: "sshd", id: 204, home: "/var/empty", shell: "/sbin/nologin" },
  { name: "core", id: 500, home: "/home/core", shell: "/bin/bash" },
  { name: "nobody", id: 65_534, home: "/var/empty", shell: "/sbin/nologin" },
] as const;

const groups: Readonly<Record<string, number>> = {
  tty: 5,
  disk: 6,
  adm: 4,
  wheel: 10,
  sudo: 150,
  docker: 233,
  users: 100,
  "systemd-journal": 248,
  shadow: 42,
  utmp: 43,
  portage: 250,
};
const groupsOfCore = ["wheel", "sudo", "docker", "systemd-journal"];

/** The writable part of an image before its first boot, like a Flatcar: users, sshd, sudo, name look-up. */
export function rootFiles({ serverId, name }: { readonly serverId: string; readonly name: string }): RootFile[] {
  return [...folders(), ...accounts(), ...configuration(serverId, name)];
}

function folders(): RootFile[] {
  const plain = ["etc", "etc/ssh", "etc/ssh/sshd_config.d", "etc/systemd/system", "etc/sudoers.d", "etc/pam.d", "var"];
  const more = ["var/lib", "var/log", "var/cache", "var/empty", "home", "opt/bin", "oem", "mnt", "media", "srv", "run"];
  return [
    ...[...plain, ...more].map((folder) => ({ path: folder, mode: 0o755 })),
    ...["dev", "proc", "sys", "usr", "boot"].map((folder) => ({ path: folder, mode: 0o755 })),
    ...["tmp", "var/tmp"].map((folder) => ({ path: folder, mode: 0o1777 })),
    { path: "root", mode: 0o700 },
    { path: "home/core", mode: 0o755, id: 500 },
  ];
}

function accounts(): RootFile[] {
  const all = { ...groups, ...Object.fromEntries(users.map(({ name, id }) => [name, id])), nogroup: 65_533 };
  const membersOf = (group: string) => (groupsOfCore.includes(group) ? "core" : "");
  const lines = (rows: readonly string[]) => `${rows.join("\n")}\n`;
  return [
    {
      path: "etc/passwd",
      mode: 0o644,
      text: lines(users.map(({ name, id, home, shell }) => `${name}:x:${id}:${id}:${name}:${home}:${shell}`)),
    },
    // no password opens them, but they are not locked: keys may
    { path: "etc/shadow", mode: 0o640, text: lines(users.map(({ name }) => `${name}:*:19000:0:99999:7:::`)) },
    {
      path: "etc/group",
      mode: 0o644,
      text: lines(Object.entries(all).map(([name, id]) => `${name}:x:${id}:${membersOf(name)}`)),
    },
    {
      path: "etc/gshadow",
      mode: 0o640,
      text: lines(Object.keys(all).map((name) => `${name}:*::${membersOf(name)}`)),
    },
  ];
}

function configuration(serverId: string, name: string): RootFile[] {
  const text = (file: string, lines: readonly string[], mode = 0o644): RootFile => ({
    path: file,
    mode,
    text: `${lines.join("\n")}\n`,
  });
  return [
    text("etc/machine-id", [serverId.replaceAll("-", "")], 0o444),
    text("etc/hostname", [name]),
    text("etc/hosts", ["127.0.0.1 localhost", "::1 localhost"]),
    text("etc/nsswitch.conf", ["passwd: files", "group: files", "shadow: files", "hosts: files dns"]),
    text("etc/os-release", ["NAME=Flatcar", "ID=flatcar", 'PRETTY_NAME="Flatcar, played by the local stack"']),
    text("etc/shells", ["/bin/sh", "/bin/bash"]),
    text("etc/profile", [`export PATH=${path}`]),
    text("etc/bash.bashrc", [`PS1='\\u@\\h \\W \\$ '`]),
    text("etc/sudoers", ["Defaults !fqdn", "root ALL=(ALL) ALL", "@includedir /etc/sudoers.d"], 0o440),
    text("etc/sudoers.d/core", [`Defaults secure_path="${path}"`, "core ALL=(ALL) NOPASSWD: ALL"], 0o440),
    // passwords are not asked for anywhere
    ...["sudo", "su", "other"].map((service) =>
      text(`etc/pam.d/${service}`, [
        "auth sufficient pam_rootok.so",
        "auth required pam_deny.so",
        "account required pam_permit.so",
        "session required pam_permit.so",
      ]),
    ),
    text("etc/ssh/sshd_config", [
      "Include /etc/ssh/sshd_config.d/*.conf",
      "HostKey /etc/ssh/ssh_host_ed25519_key",
      "AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys.d/ignition",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "PrintLastLog no",
      "PrintMotd no",
      "UseDNS no",
      `SetEnv PATH=${path}`,
      "Subsystem sftp internal-sftp",
    ]),
  ];
}
