import { authorizedKeysFiles } from "./administrators.ts";
import { type Fragment, lines } from "./config.ts";
import type { MachineFacts, MachineSecrets } from "./machine.ts";
import { time } from "./time.ts";

/** What every host has: its name, its SSH identity, name resolution, time, and no updates by itself. */
export function base(facts: MachineFacts, secrets: MachineSecrets): Fragment {
  const { host, nameservers, system, zone } = facts;
  const { hostKey } = secrets;
  return {
    files: [
      { path: "/etc/hostname", mode: 0o644, contents: lines(host.name) },
      { path: "/etc/ssh/ssh_host_ed25519_key", mode: 0o600, contents: hostKey.privateKey },
      { path: "/etc/ssh/ssh_host_ed25519_key.pub", mode: 0o644, contents: lines(hostKey.publicKey) },
      // Only the key that clients pin is offered: the image would make others, and some clients prefer those.
      {
        ...{ path: "/etc/ssh/sshd_config.d/10-estate.conf", mode: 0o644 },
        contents: lines(
          "HostKey /etc/ssh/ssh_host_ed25519_key",
          "PasswordAuthentication no",
          "PermitRootLogin no",
          `AuthorizedKeysFile ${authorizedKeysFiles.join(" ")}`,
        ),
      },
      {
        ...{ path: "/etc/resolv.conf", mode: 0o644 },
        contents: lines(...nameservers.map((address) => `nameserver ${address}`), `search ${zone}`),
      },
      time(facts),
      ...updates[system].files,
    ],
    units: updates[system].units,
  };
}

/** The stack replaces hosts; a host that updates itself would reboot whenever it likes. */
const updates: Readonly<Record<MachineFacts["system"], Required<Pick<Fragment, "files" | "units">>>> = {
  flatcar: {
    files: [
      { path: "/etc/flatcar/update.conf", mode: 0o644, contents: lines("SERVER=disabled", "REBOOT_STRATEGY=off") },
    ],
    units: [{ name: "update-engine.service" }, { name: "locksmithd.service" }],
  },
  "fedora-coreos": {
    files: [
      { path: "/etc/zincati/config.d/90-estate.toml", mode: 0o644, contents: lines("[updates]", "enabled = false") },
    ],
    units: [{ name: "zincati.service" }],
  },
};
