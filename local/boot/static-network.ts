import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BootFailure } from "./failure.ts";
import type { HostInterface } from "./network.ts";

/** What a file says of an interface, in the words of systemd-networkd or NetworkManager. */
export interface StaticAddress {
  /** The file, as the host has it. */
  readonly file: string;
  readonly mac: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
  /** Bytes of a packet; 0 if nothing is said of it. */
  readonly mtu: number;
}

const folders = ["/etc/systemd/network", "/etc/NetworkManager/system-connections"];

/**
 * Here the addresses of a host are neutron's, whatever it says itself; a real host would have those of its files, and anti-spoofing
 * would keep it from being heard with any other. So a host whose files say something else does not boot.
 *
 * Throws `BootFailure` for a file that is about no interface of the host, or gives it another address or MTU than its port has.
 */
export async function checkAddresses(root: string, interfaces: readonly HostInterface[]): Promise<void> {
  for (const folder of folders)
    for (const name of (await readdir(join(root, folder)).catch(() => [])).toSorted()) {
      if (!/\.(network|nmconnection)$/.test(name)) continue;
      const file = `${folder}/${name}`;
      const wrong = difference(staticAddress(file, await readFile(join(root, file), "utf8")), interfaces);
      if (wrong) throw new BootFailure(wrong);
    }
}

/** Reads a file of either program. What it leaves to DHCP has no addresses. */
export function staticAddress(file: string, text: string): StaticAddress {
  const values = (key: RegExp) =>
    text.split("\n").flatMap((line) => {
      const [, name = "", value = ""] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return key.test(name) ? [value] : [];
    });
  return {
    file,
    mac: (values(/^(MACAddress|mac-address)$/)[0] ?? "").toLowerCase(),
    // NetworkManager writes the gateway behind the address
    addresses: values(/^(Address|address\d+)$/).map((value) => value.split(",")[0] ?? ""),
    mtu: Number(values(/^(MTUBytes|mtu)$/)[0] ?? 0),
  };
}

/** How it differs from what neutron says, as a sentence; nothing if it does not. */
export function difference(told: StaticAddress, interfaces: readonly HostInterface[]): string | undefined {
  const { file, mac, addresses, mtu } = told;
  if (addresses.length === 0) return undefined;
  const port = interfaces.find((one) => one.mac.toLowerCase() === mac);
  if (!port)
    return `${file} is about an interface ${mac || "without a MAC address"}, but the host's have ${interfaces.map((one) => one.mac).join(", ") || "none"}`;
  const foreign = addresses.find((address) => !port.addresses.includes(address));
  if (foreign)
    return `${file} gives the host ${foreign}, but its port has ${port.addresses.join(", ") || "no address"}`;
  return mtu > port.mtu ? `${file} has packets of ${mtu} bytes, but the network takes ${port.mtu}` : undefined;
}
