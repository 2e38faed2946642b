/** A turn host and a bbb host with floating IPs behind a router, a host that is neither, and the world, which is where this runs. */
import { execa } from "execa";
import { media } from "../../../ignition/media.ts";

/** Addresses of the hosts: their own, and the floating ones. */
export const hosts = {
  turn: { fixed: "10.20.0.11", announced: "203.0.113.11" },
  bbb: { fixed: "10.20.0.21", announced: "203.0.113.21" },
  other: { fixed: "10.20.0.99", announced: "203.0.113.99" },
} as const;

export type HostName = keyof typeof hosts;

const addresses = Object.values(hosts);
const nat = `table ip nat {
  chain in { type nat hook prerouting priority dstnat;
    ${addresses.map(({ fixed, announced }) => `ip daddr ${announced} dnat to ${fixed}`).join("\n    ")}
  }
  chain out { type nat hook postrouting priority srcnat;
    ${addresses.map(({ fixed, announced }) => `ip saddr ${fixed} oifname "world" snat to ${announced}`).join("\n    ")}
    ${addresses.map(({ fixed, announced }) => `ip saddr ${fixed} ct status dnat snat to ${announced}`).join("\n    ")}
  }
}`;

/** What Ignition has the kernel of a turn host do, without what is not a namespace's own. */
function settings(): string {
  const { files = [] } = media({ host: { runs: ["turn"] } } as unknown as Parameters<typeof media>[0]);
  const lines = files
    .flatMap(({ contents }) => String(contents).split("\n"))
    .filter((line) => /^net\.ipv4\./.test(line));
  return lines.map((line) => line.replaceAll(" ", "")).join(" ");
}

/** Makes it, in namespaces that are this program's own. */
export async function makeNetwork(): Promise<void> {
  const host = (name: HostName) => `ip netns add ${name}; ip -n ${name} link set lo up
    ip link add ${name} netns router type veth peer name eth0 netns ${name}
    ip -n router link set ${name} master lan up; ip -n ${name} address add ${hosts[name].fixed}/24 dev eth0
    ip -n ${name} link set eth0 up; ip -n ${name} route add default via 10.20.0.1`;
  const script = `mount -t tmpfs tmpfs /run; mkdir -p /run/netns; mount --bind /run/netns /run/netns
    mount --make-shared /run/netns; ip link set lo up
    ip netns add router; ip -n router link set lo up; ip -n router link add lan type bridge
    ip -n router link set lan up; ip -n router address add 10.20.0.1/24 dev lan
    ip link add router type veth peer name world netns router
    ip address add 198.51.100.7/24 dev router; ip link set router up
    ip -n router address add 198.51.100.1/24 dev world; ip -n router link set world up
    ip route add default via 198.51.100.1
    ${(Object.keys(hosts) as HostName[]).map(host).join("\n    ")}
    ip netns exec router sysctl -qw net.ipv4.ip_forward=1
    ip netns exec turn sysctl -qw ${settings()}
    ip netns exec router nft -f -`;
  await execa("sh", ["-ec", script], { input: nat });
}

/** A command on a host, as user nobody, who can become nobody else: as the pod of the host is. */
export function asPod(host: HostName, command: readonly string[]): string[] {
  const who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--bounding-set=-all"];
  return ["ip", "netns", "exec", host, ...who, ...command];
}

/** A program on a host that sends every packet back. */
export function echo(host: HostName, port: number) {
  const program = `const s = require("dgram").createSocket("udp4");
    s.on("message", (text, { port, address }) => s.send(text, port, address)).bind(${port})`;
  return execa("ip", ["netns", "exec", host, process.execPath, "-e", program], { reject: false });
}
