import { type Fragment, lines } from "../../ignition/config.ts";
import { spoolGroup, user } from "../scalelite/names.ts";
import { folder } from "./names.ts";

/**
 * What the host of the store gets at its first boot: the system's own NFS server, by NFSv4 alone, with one folder of the data volume. It names
 * no other host: who may call is for the security groups, so that a bbb host more or less replaces nothing here.
 */
export function serverFragment({ path }: { readonly path: string }): Fragment {
  const store = `${path}/${folder}`;
  return {
    files: [
      // root of a client is nobody here; and a client must be root of its host to come at all (`secure`)
      { path: "/etc/exports", mode: 0o644, contents: `${store} *(rw,sync,secure,root_squash,no_subtree_check)\n` },
      {
        path: "/etc/nfs.conf.d/estate.conf",
        mode: 0o644,
        contents: lines("[nfsd]", "vers3=n", "vers4=y", "threads=16"),
      },
    ],
    units: [
      { name: "estate-recordings.service", contents: folderUnit(path, store) },
      { name: "nfs-server.service", enable: true, dropIns: { "10-estate.conf": serverDropIn(path) } },
      { name: "nfs-mountd.service", dropIns: { "10-estate.conf": mountdDropIn } },
      // of NFSv3, and reachable by whoever reaches the host
      ...["rpcbind.service", "rpcbind.socket", "rpc-statd.service"].map((name) => ({ name })),
    ],
  };
}

/** Scalelite's user and the group of the hosts own the folder; without the volume none is made on the host's own disk. */
function folderUnit(path: string, store: string): string {
  return lines(
    "[Unit]",
    "Description=The store of recordings",
    `RequiresMountsFor=${path}`,
    "Before=nfs-server.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    `ExecStart=/usr/bin/mkdir -p ${store}`,
    `ExecStart=/usr/bin/chown ${user}:${spoolGroup} ${store}`,
    `ExecStart=/usr/bin/chmod 2775 ${store}`,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  );
}

/** Served before the volume is mounted, clients would find an empty folder and believe it. */
function serverDropIn(path: string): string {
  return lines(
    "[Unit]",
    `RequiresMountsFor=${path}`,
    "Requires=estate-recordings.service",
    "After=estate-recordings.service",
  );
}

/** It answers the kernel's questions, and with NFSv4 nobody else's: it need not listen. */
const mountdDropIn = lines("[Service]", "ExecStart=", "ExecStart=/usr/sbin/rpc.mountd --no-tcp --no-udp");
