import type { EstateMap, HostMap, SiteMap } from "../estate-map.ts";
import { byRole, unique } from "../order.ts";
import { type Block, column, flow, frame, type Line, lines } from "./block.ts";
import { healthsOf, roleBox } from "./role-box.ts";
import { wrap } from "./text.ts";
import { indent, tree } from "./tree.ts";

const padding = 12;

/** The ways from the internet to the hosts: the cloud's network, the router, and each network with its hosts by role. */
export function topology(map: EstateMap, width: number): Block {
  const bar = (title: string, facts: string, kind = "bar") => headed(title, facts, width, [], kind);
  const floating = map.hosts.flatMap((host) => host.floating ?? []).length;
  const { router } = map;
  const chain = router
    ? [
        bar("internet", ""),
        bar(`network ${router.external}`, `the cloud's; floating IPs of hosts: ${floating}`),
        bar(`router ${router.name}`, `${router.addresses.join(", ") || "its address is not in the state"}`),
      ]
    : [bar("internet", "and the routers of the cloud: hosts have addresses of the cloud's networks")];
  return tree(
    chain,
    sitesOf(map).map((site) => siteBand(site, map, width - indent)),
  );
}

/** Hosts whose network is not in the state have a band of their own. */
function sitesOf({ sites, hosts }: EstateMap): SiteMap[] {
  const lost = hosts.some(({ site }) => !sites.some(({ name }) => name === site));
  return lost ? [...sites, { name: "", network: "", cidr: "", own: false }] : [...sites];
}

function siteBand(site: SiteMap, map: EstateMap, width: number): Block {
  const hosts = map.hosts.filter((host) => host.site === site.name);
  const room = width - 2 * padding;
  const boxes = unique(
    hosts.map(({ role }) => role),
    byRole,
  ).map((role) => roleBox(role, withRole(hosts, role), map, room));
  const facts = [site.own ? `network ${site.network}` : "the cloud's", site.cidr, healthsOf(hosts)];
  const said = facts.filter((fact) => fact !== "").join(" · ");
  if (site.name === "") return headed("no network", healthsOf(hosts), width, boxes, "site");
  return headed(`${site.own ? "site" : "network"} ${site.name}`, said, width, boxes, "site");
}

function withRole(hosts: readonly HostMap[], role: string): HostMap[] {
  return hosts.filter((host) => host.role === role);
}

function headed(title: string, facts: string, width: number, inside: readonly Block[], kind: string): Block {
  const room = width - 2 * padding;
  const said = wrap(facts === "" ? [] : facts.split(" "), 12, room);
  const header: Line[] = [
    { text: title, size: 14, class: "name" },
    ...said.map((text) => ({ text, size: 12, class: "muted" })),
  ];
  return frame(column([lines(header, room), flow(inside, room, 10)], 10), { class: kind, padding, width });
}
