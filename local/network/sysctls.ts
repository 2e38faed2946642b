const perInterface = {
  // a new namespace inherits what the machine happens to have
  "net/ipv4/conf/*/rp_filter": "0",
  "net/ipv4/conf/*/send_redirects": "0",
  // tells the neighbours when an address moves to another port
  "net/ipv4/conf/*/arp_notify": "1",
  "net/ipv6/conf/*/ndisc_notify": "1",
  // taking away the first address of a subnet must not take the others with it
  "net/ipv4/conf/*/promote_secondaries": "1",
  // addresses are neutron's: nobody advertises any, and none is there twice
  "net/ipv6/conf/*/accept_ra": "0",
  "net/ipv6/conf/*/accept_dad": "0",
};

/** Of every namespace of the cloud. Those of `default` also hold for the interfaces that are made with the namespace. */
export const commonSysctls: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(perInterface).flatMap(([path, value]) => [
    [path.replace("*", "all"), value],
    [path.replace("*", "default"), value],
  ]),
);

/** The same settings for one interface: the kernel copies `default` only to interfaces made later. */
export function interfaceSysctls(sysctls: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const own = Object.entries(sysctls).filter(([path]) => path.includes("/conf/default/"));
  return Object.fromEntries(own.map(([path, value]) => [path.replace("/default/", `/${name}/`), value]));
}
