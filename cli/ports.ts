import type { PodPort } from "../stacks/application.ts";
import { applications } from "../stacks/applications.ts";
import { applicationPorts, type Destination, destinations, type Party, type Port, ports } from "../stacks/ports.ts";

/** The port catalogue as a page for people, in the order of the catalogue: `node cli/ports.ts > stacks/ports.md`. */
export function renderPorts(): string {
  const hostHead = ["service", "on", "protocol", "ports", "from", "for"];
  const added = Object.entries(applicationPorts).flatMap(([name, own]) =>
    own.map((port) => [`\`${name}\``, ...portRow(port)]),
  );
  const pods = Object.entries(applications).flatMap(([name, { ports: own = {} }]) =>
    Object.entries(own).map(([port, spec]) => podRow(name, port, spec)),
  );
  return [
    "# Ports",
    "Who may reach what. Made of the port catalogue by `node cli/ports.ts > stacks/ports.md`: change that, not this page.",
    "## Security groups",
    groups,
    "## What hosts listen on",
    "As security groups, both ends of each arrow. Nothing else reaches a host.",
    table(hostHead, ports.map(portRow)),
    "Only where an application runs:",
    table(["application", ...hostHead], added),
    "## What hosts may reach outside the estate",
    "As security groups. Traffic between hosts of the estate follows from the tables above; a host sends nothing else.",
    table(["service", "on", "protocol", "ports", "to", "for"], destinations.map(destinationRow)),
    "## What pods listen on",
    "As NetworkPolicies, where the application runs (`ports` of `apps/<application>/app.ts`). Who comes by a name of the ingress comes from it.",
    table(["application", "port", "protocol", "ports", "from", "remarks"], pods),
    "",
  ].join("\n\n");
}

/** Decisions of the design that a reader of the six groups in document bbb-on-openstack looks for. */
const groups = [
  "Every host has the group `hosts`, and that of its role; both are named after the estate, such as `estate-hosts`.",
  "Document bbb-on-openstack has six. Each is there, by its name and with rules of its own, where the estate document has that role:",
  "`orchestrator` (Rancher there; always), `bbb`, `greenlight`, `scalelite`, `turn` (coturn there) and `monitoring`.",
  "What has no hosts of its own has no group of its own: greenlight, scalelite and monitoring run as pods then, and what is said of them",
  "below holds for the groups of the roles that run `pods`. So the estate on one machine and the examples have fewer: `hosts`,",
  "`orchestrator`, `bbb` and `worker`. A role of another name says what it `runs`: its group has the rules of that.",
].join("\n");

function portRow({ service, on, protocol, from, to, sources, purpose, announced, balanced, scrape }: Port): string[] {
  const remarks = [
    ...(announced ? ["Between hosts by the addresses that they announce, where these are floating IPs."] : []),
    ...(balanced ? ["Through the load balancer or VIP before it, where there is one."] : []),
  ];
  const what = [scrape ? `Metrics: ${lower(purpose)}.` : `${purpose}.`, ...remarks].join(" ");
  const range = protocol === "icmp" ? `type ${from}` : rangeOf([from, to]);
  return [service, partyOf(on), protocol, range, sources.map(partyOf).join(", "), what];
}

function destinationRow({ service, on, protocol, ports: range, to, addressing, purpose }: Destination): string[] {
  const where = "cidrs" in to ? to.cidrs.join(", ") : "announced" in to ? partyOf(to.announced) : named[to.named];
  const only = addressing === undefined ? "" : ` Only with \`network.addressing: ${addressing}\`.`;
  return [
    service,
    partyOf(on),
    protocol,
    range ? rangeOf(range) : "as the document has it",
    where,
    `${purpose}.${only}`,
  ];
}

function podRow(application: string, name: string, port: PodPort): string[] {
  const callers = port.from.map((one) => podCallers[one] ?? `\`${one}\``);
  const remarks = [
    ...(port.component === undefined ? [] : [`on \`${port.component}\``]),
    ...(port.perUser ? ["pods for each application that uses it"] : []),
    ...(port.scrape ? ["metrics"] : []),
    ...(port.when ? ["only with some settings"] : []),
  ];
  return [
    `\`${application}\``,
    name,
    port.protocol ?? "tcp",
    String(port.port),
    callers.join(", "),
    remarks.join("; "),
  ];
}

const parties: Readonly<Partial<Record<Party, string>>> = {
  ...{ hosts: "every host", admins: "administrators", world: "anyone" },
};

const podCallers: Readonly<Record<string, string>> = {
  ...{ hosts: "every host", world: "anyone", use: "all that use it" },
};

const named = {
  ...{ nameservers: "`network.nameservers`", timeServers: "`network.timeServers`", downloads: "`network.downloads`" },
  ...{ logs: "`logs`", sites: "`sites`" },
} as const;

function partyOf(party: Party): string {
  return parties[party] ?? `\`${party}\``;
}

function rangeOf([from, to]: readonly [number, number]): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** A table of Markdown. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

if (import.meta.main) process.stdout.write(renderPorts());
