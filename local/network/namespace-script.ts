import { interfaceSysctls } from "./sysctls.ts";
import type { Interface, Namespace, Route } from "./world.ts";

/**
 * The shell script, run inside a namespace, that makes it what it has to be; nothing if it is that already.
 *
 * `before` is what it holds, `bare` are the links whose interfaces have only just been made. With `sure` false, `before` is
 * what it may hold, and everything is set again. The filter rules come before any address; every line may be run twice.
 */
export function namespaceScript(
  before: Namespace | undefined,
  after: Namespace,
  bare: ReadonlySet<string>,
  sure = true,
): string | undefined {
  const older = new Map(before?.interfaces.filter(({ tap }) => !bare.has(tap)).map((item) => [item.tap, item]));
  const known = sure ? before : undefined;
  const old = sure ? older : new Map<string, Interface>();
  const removed = removals(before, after, older);
  const added = additions(known, after, old);
  const parts = [
    ...(known ? [] : settings(after.sysctls)),
    ...after.interfaces
      .filter(({ tap }) => !old.has(tap))
      .flatMap(({ name }) => settings(interfaceSysctls(after.sysctls, name))),
    ...(known?.nft === after.nft ? [] : ["nft -f - <<'END'", `${after.nft}END`]),
    // the kernel may have taken some of it away itself, with an address or an interface
    ...(removed.length > 0 ? ["ip -force -batch - >/dev/null 2>&1 <<'END' || :", ...removed, "END"] : []),
    ...(added.length > 0 ? ["ip -batch - <<'END'", ...added, "END"] : []),
  ];
  return parts.length > 0 ? ["set -e", ...parts, ""].join("\n") : undefined;
}

/** IPv6 may be switched off on the machine. */
function settings(sysctls: Readonly<Record<string, string>>): string[] {
  return Object.entries(sysctls).map(
    ([path, value]) => `[ ! -e /proc/sys/${path} ] || echo ${value} >/proc/sys/${path}`,
  );
}

function removals(before: Namespace | undefined, after: Namespace, old: ReadonlyMap<string, Interface>): string[] {
  const routes = new Set(after.routes.map(routeText));
  const gone = (before?.routes ?? []).map(routeText).filter((route) => !routes.has(route));
  return [
    ...gone.map((route) => `route del ${route}`),
    ...after.interfaces.flatMap((item) => addressRemovals(old.get(item.tap)?.addresses ?? [], item)),
  ];
}

function addressRemovals(had: readonly string[], { name, addresses }: Interface): string[] {
  // without power it loses those too that its programs gave it, such as a VIP
  if (had.length > 0 && addresses.length === 0) return [`address flush dev ${name} scope global`];
  return had.filter((address) => !addresses.includes(address)).map((address) => `address del ${address} dev ${name}`);
}

function additions(before: Namespace | undefined, after: Namespace, old: ReadonlyMap<string, Interface>): string[] {
  const first = ["link set lo up", ...after.loopback.map((address) => `address replace ${address} dev lo scope host`)];
  const links = after.interfaces.flatMap((item) => linkLines(old.get(item.tap), item));
  const changed = links.length > 0 || JSON.stringify(before) !== JSON.stringify({ ...after, nft: before?.nft });
  return [
    ...(before ? [] : first),
    ...links,
    // a route goes with the address it depends on, so that after any change they are all set again
    ...(changed ? after.routes.map((route) => `route replace ${routeText(route)}`) : []),
  ];
}

function linkLines(old: Interface | undefined, item: Interface): string[] {
  const added = item.addresses.filter((address) => !old?.addresses.includes(address));
  return [
    ...(old?.mtu === item.mtu ? [] : [`link set ${item.name} mtu ${item.mtu}`]),
    ...added.map((address) => `address replace ${address} dev ${item.name}${address.includes(":") ? " nodad" : ""}`),
    ...(old ? [] : [`link set ${item.name} up`]),
    // setting the same address again makes the kernel announce its addresses (arp_notify)
    ...(old && added.length > 0 ? [`link set ${item.name} address ${item.mac}`] : []),
  ];
}

/** A gateway need not be on the subnet of the address. */
function routeText({ destination, via, device, metric }: Route): string {
  return `${destination} via ${via} dev ${device} metric ${metric} onlink`;
}
