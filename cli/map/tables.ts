import type { EstateMap, HostMap, Party, Reach } from "./estate-map.ts";
import { type Markup, tag } from "./markup.ts";
import { partyTitle } from "./reach.ts";

interface Cell {
  /** Several are lines. */
  readonly text: string | readonly string[];
  /** Of the style sheet. */
  readonly class?: string;
}

/** All that is drawn, as tables. */
export function tables(map: EstateMap): Markup[] {
  const { sites, hosts, reach, names, router } = map;
  return [
    table("Hosts", ["Host", "Role", "Health", "Why", "Site", "Address", "Public address"], hosts.map(hostRow)),
    table("Names and machines", ["Host", "Names", "Flavor", "Zone", "Image", "Volumes"], hosts.map(machineRow)),
    table("Who may reach whom", ["From", "To", "Service", "Protocol", "Ports", "Allowed"], reach.map(reachRow)),
    table(
      "Networks",
      ["Site", "Network", "Range", "Whose", "Hosts"],
      sites.map(({ name, network, cidr, own }) => [
        { text: name },
        code([network]),
        code([cidr]),
        { text: own ? "the estate's" : "the cloud's" },
        { text: String(hosts.filter(({ site }) => site === name).length) },
      ]),
    ),
    ...(router
      ? [
          table(
            "Router",
            ["Router", "Leads to", "Addresses"],
            [[{ text: router.name }, code([router.external]), code(router.addresses)]],
          ),
        ]
      : []),
    table(
      "Other names",
      ["Name", "Addresses"],
      names.map(({ name, addresses }) => [{ text: name }, code(addresses)]),
    ),
  ];
}

function hostRow({ name, role, health, reason, site, fixed, floating }: HostMap): Cell[] {
  return [
    ...[{ text: name }, { text: role }, { text: health, class: health }, { text: reason }, { text: site }],
    ...[code([fixed]), code(floating ? [floating] : [])],
  ];
}

function machineRow({ name, names, flavor, zone, image, volumes }: HostMap): Cell[] {
  const disks = volumes.map((volume) => `${volume.name} ${volume.sizeGiB} GiB`);
  return [{ text: name }, code(names), { text: flavor }, { text: zone }, { text: image }, { text: disks }];
}

function reachRow({ from, to, service, protocol, ports, ruled }: Reach): Cell[] {
  return [
    ...[{ text: titleOf(from) }, { text: titleOf(to) }, { text: service }, { text: protocol }],
    ...[code([ports]), { text: ruled === "as needed" ? "yes" : ruled }],
  ];
}

function titleOf(party: Party): string {
  return [partyTitle(party), party.cidr].filter((part) => part !== undefined).join(" ");
}

function code(texts: readonly string[]): Cell {
  return { text: texts, class: "code" };
}

/** It can be scrolled with the keyboard where it is too wide. The first cell of a row is its heading. */
function table(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const body = rows.map((cells) =>
    tag(
      "tr",
      {},
      cells.map(({ text, class: kind }, index) => {
        const said = typeof text === "string" ? text : text.map((line) => tag("div", {}, line));
        return index === 0 ? tag("th", { scope: "row" }, said) : tag("td", { class: kind }, said);
      }),
    ),
  );
  const headings = head.map((text) => tag("th", { scope: "col" }, text));
  return tag(
    "div",
    { class: "scroll", role: "region", "aria-label": title, tabindex: 0 },
    tag(
      "table",
      {},
      tag("caption", {}, rows.length > 0 ? title : `${title}: none`),
      tag("thead", {}, tag("tr", {}, headings)),
      tag("tbody", {}, body),
    ),
  );
}
