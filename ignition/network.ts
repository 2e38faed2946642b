import { type File, type Fragment, lines } from "./config.ts";
import type { MachineFacts } from "./machine.ts";

/** What neutron says of a host's port, and of the network it is in. */
export interface InterfaceFacts {
  /** The port's MAC address, by which the host finds the interface: its name depends on the image. */
  readonly mac: string;
  /** IPv4, as all of them. */
  readonly address: string;
  readonly gateway: string;
  /** Bytes of a packet. @default what the image takes, where the cloud does not say */
  readonly mtu: number | undefined;
}

/**
 * The interface of a host with static addressing; nothing where DHCP configures it. Changing any of it replaces the host.
 *
 * Ignition runs before this file counts, so on a network without DHCP it reaches nobody: its configuration comes from the config
 * drive, which every server has, and nothing in it may be a download (see `fetch.ts`). The image still looks for DHCP when it
 * boots for the first time, which takes it a minute or two.
 */
export function network(facts: MachineFacts): Fragment {
  if (!facts.interface) return {};
  return { files: [renderers[facts.system](facts, facts.interface)] };
}

type Renderer = (facts: MachineFacts, port: NonNullable<MachineFacts["interface"]>) => File;

/** In the words of the program that configures the network of the image: systemd-networkd or NetworkManager. */
const renderers: Readonly<Record<MachineFacts["system"], Renderer>> = {
  flatcar: ({ nameservers, zone }, { mac, address, prefix, gateway, mtu }) => ({
    // before the image's own zz-default.network
    ...{ path: "/etc/systemd/network/10-estate.network", mode: 0o644 },
    contents: lines(
      "[Match]",
      `MACAddress=${mac}`,
      "",
      ...(mtu ? ["[Link]", `MTUBytes=${mtu}`, ""] : []),
      "[Network]",
      "DHCP=no",
      "IPv6AcceptRA=no",
      `Address=${address}/${prefix}`,
      `Gateway=${gateway}`,
      ...nameservers.map((server) => `DNS=${server}`),
      `Domains=${zone}`,
    ),
  }),
  "fedora-coreos": ({ nameservers, zone }, { mac, address, prefix, gateway, mtu }) => ({
    // NetworkManager takes no file that others may read
    ...{ path: "/etc/NetworkManager/system-connections/estate.nmconnection", mode: 0o600 },
    contents: lines(
      "[connection]",
      "id=estate",
      "type=ethernet",
      "",
      "[ethernet]",
      `mac-address=${mac}`,
      ...(mtu ? [`mtu=${mtu}`] : []),
      "",
      "[ipv4]",
      "method=manual",
      `address1=${address}/${prefix},${gateway}`,
      `dns=${nameservers.join(";")};`,
      `dns-search=${zone};`,
      "",
      "[ipv6]",
      "method=disabled",
    ),
  }),
};
