/** What the security rules of every estate open that a document can describe, worked out from the catalogue again. */
import { expect, it } from "vitest";
import { deriveFacts, type EstateFacts, type HostFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { type Party, type Port, ports } from "../../../stacks/ports.ts";
import type { Remote, SecurityRule } from "../../../stacks/securityRules.ts";
import { generateDocument } from "./generate/document.ts";
import { randomOf } from "./generate/random.ts";
import { ofEach, samples } from "./generate/seeds.ts";

const all = samples(300, (seed) => {
  const estate = parseEstate(generateDocument(randomOf(seed)), `the document of seed ${seed}`);
  return { estate, facts: deriveFacts(estate) };
});

/** The groups of a party's hosts; what has no hosts of its own runs as pods. */
function groupsOf({ pools }: EstateFacts, party: Party): string[] {
  if (party === "hosts") return ["hosts"];
  const running = (wanted: Party) => pools.filter(({ runs }) => runs.some((workload) => workload === wanted));
  const own = running(party);
  const anywhere = own.length === 0 && ["greenlight", "scalelite", "monitoring"].includes(party);
  return (anywhere ? running("pods") : own).map(({ role }) => role);
}

const hostsIn = ({ pools }: EstateFacts, group: string) =>
  pools.filter(({ role }) => group === "hosts" || group === role).flatMap(({ hosts }) => hosts);
const fits = (rule: SecurityRule, { protocol, from, to }: Port) =>
  rule.protocol === protocol && rule.from === from && rule.to === to;

it("no two rules of a group are the same to neutron, and each has a key of its own", () => {
  ofEach(all, ({ facts: { rules } }) => {
    const contents = rules.map(({ key: _, ...content }) => JSON.stringify(content));
    expect(new Set(contents).size).toBe(rules.length);
    expect(new Set(rules.map(({ key }) => key)).size).toBe(rules.length);
  });
});

it("the world may reach what the catalogue opens to it, and nothing else; so may the administrators and the load balancer", () => {
  ofEach(all, ({ estate, facts }) => {
    const wanted = ports.flatMap((port) =>
      groupsOf(facts, port.on).flatMap((group) => [
        ...(port.sources.includes("world") ? [contentOf(group, port, "0.0.0.0/0")] : []),
        ...(port.sources.includes("admins")
          ? Object.values(estate.admins.cidrs).map((cidr) => contentOf(group, port, cidr))
          : []),
        ...(port.balanced && facts.api.loadBalancer
          ? [contentOf(group, port, estate.sites[facts.api.loadBalancer.site]?.cidr ?? "")]
          : []),
      ]),
    );
    const open = facts.rules.filter(({ direction, remote }) => direction === "ingress" && "cidr" in remote);
    expect(
      open.map((rule) => contentOf(rule.group, rule, "cidr" in rule.remote ? rule.remote.cidr : "")).sort(),
    ).toEqual([...new Set(wanted)].sort());
  });
});

function contentOf(
  group: string,
  { protocol, from, to }: Pick<Port, "protocol" | "from" | "to">,
  cidr: string,
): string {
  return `${group} ${protocol} ${from}-${to} ${cidr}`;
}

it("every host's metrics can be read by the hosts of monitoring, by exactly one rule", () => {
  let targets = 0;
  ofEach(all, ({ facts }) => {
    for (const port of ports.filter(({ scrape }) => scrape))
      for (const target of groupsOf(facts, port.on).flatMap((group) => hostsIn(facts, group)))
        for (const monitor of groupsOf(facts, "monitoring")) {
          const admitting = facts.rules.filter(
            (rule) =>
              rule.direction === "ingress" &&
              ["hosts", target.role].includes(rule.group) &&
              rule.protocol === port.protocol &&
              rule.from <= port.from &&
              port.to <= rule.to &&
              admits(rule.remote, monitor, facts),
          );
          expect(
            admitting.map(({ key }) => key),
            `${target.name} ${port.service} from ${monitor}`,
          ).toHaveLength(1);
          targets += 1;
        }
  });
  expect(targets).toBeGreaterThan(1000);
});

/** Whether traffic from the hosts of a role may come from this other end. */
function admits(remote: Remote, role: string, facts: EstateFacts): boolean {
  if ("group" in remote) return remote.group === "hosts" || remote.group === role;
  if ("announced" in remote) return hostsIn(facts, role).some(({ name }) => name === remote.announced);
  if ("vip" in remote) return false;
  return remote.cidr === "0.0.0.0/0";
}

it("every arrow between hosts has both ends; what is open to the world is to them", () => {
  const world = { cidr: "0.0.0.0/0" };
  ofEach(all, ({ facts }) => {
    const keys = new Set(facts.rules.map(endOf));
    for (const rule of facts.rules) {
      const back = rule.direction === "ingress" ? "egress" : "ingress";
      for (const end of othersOf(rule, facts)) {
        const answers = [end.remote, world].map((remote) => endOf({ ...rule, ...end, remote, direction: back }));
        expect(
          answers.some((answer) => keys.has(answer)),
          `${rule.key}, from the other end`,
        ).toBe(true);
      }
    }
  });
});

type End = Pick<SecurityRule, "group" | "remote">;

function endOf({ group, direction, protocol, from, to, remote }: Omit<SecurityRule, "key">): string {
  return JSON.stringify({ group, direction, protocol, from, to, remote });
}

/** What the other end must have: towards a group one rule, towards an announced address one for each host behind. */
function othersOf({ group, remote }: End, facts: EstateFacts): End[] {
  if ("group" in remote) return [{ group: remote.group, remote: { group } }];
  // who comes to a VIP comes from its own address: the servers' rule for the group is the other end
  if ("vip" in remote) return [{ group: "orchestrator", remote: { group } }];
  if ("cidr" in remote) return [];
  const other = facts.pools.find(({ hosts }) => hosts.some(({ name }) => name === remote.announced))?.role ?? "";
  return hostsIn(facts, group).map(({ name }: HostFacts) => ({ group: other, remote: { announced: name } }));
}

it("every host that may reach the API may reach its VIP, where it has one, and nothing else is for that", () => {
  let seen = 0;
  ofEach(all, ({ facts }) => {
    const keys = facts.rules.filter(({ remote }) => "vip" in remote).map(({ key }) => key);
    expect(keys).toEqual(facts.api.vip ? ["hosts-out-tcp:6443-to-api/32"] : []);
    seen += keys.length;
  });
  expect(seen).toBeGreaterThan(0);
});

it("media hosts know each other by announced addresses behind floating IPs, by group elsewhere", () => {
  const relay = ports.filter(({ announced }) => announced);
  ofEach(all, ({ facts }) => {
    for (const rule of facts.rules.filter((one) => relay.some((port) => fits(one, port)) && !("cidr" in one.remote)))
      expect(Object.keys(rule.remote)).toEqual([facts.network.mode === "private" ? "announced" : "group"]);
  });
});
