/** What is true of every estate that a document can describe. */
import { expect, it } from "vitest";
import { hostJobs } from "../../../apps/monitoring/targets.ts";
import { machineFacts, machineSecrets } from "../../../ignition/machine.ts";
import { renderMachine } from "../../../ignition/render.ts";
import { deriveFacts, type EstateFacts } from "../../../stacks/facts.ts";
import { parseEstate } from "../../../stacks/parse.ts";
import { ports, portsWith } from "../../../stacks/ports.ts";
import { groupsOfHost, rolesRunning } from "../../../stacks/securityRules.ts";
import { processExporterImage } from "../apps/documents.ts";
import { uniqueSecrets } from "./fixtures.ts";
import { generateDocument } from "./generate/document.ts";
import { randomOf } from "./generate/random.ts";
import { ofEach, samples } from "./generate/seeds.ts";

const all = samples(300, (seed) => {
  const random = randomOf(seed);
  const document = generateDocument(random);
  const estate = parseEstate(document, `the document of seed ${seed}`);
  return { random, document, estate, facts: deriveFacts(estate) };
});

/** The same with monitoring, whose data is on a server of the orchestrator; some have process-exporter. */
const watched = samples(300, (seed) => {
  const random = randomOf(seed);
  const document = generateDocument(random);
  const processes = random.chance(0.5);
  const { orchestrator } = document.roles;
  if (!orchestrator) throw new Error("no orchestrator");
  const [host] =
    deriveFacts(parseEstate(document, "a test")).pools.find(({ role }) => role === "orchestrator")?.hosts ?? [];
  orchestrator.volumes = { ...orchestrator.volumes, measured: { sizeGiB: 20, path: "/var/lib/measured" } };
  const exporter = processes ? { processExporter: { image: processExporterImage } } : {};
  Object.assign(document, { apps: { monitoring: { host: host?.name, volume: "measured", ...exporter } } });
  const estate = parseEstate(document, `the document of seed ${seed}`);
  return { processes, estate, facts: deriveFacts(estate) };
});

const hostsIn = ({ pools }: EstateFacts) => pools.flatMap(({ hosts }) => hosts);

it("the generator makes estates of every shape", () => {
  const some = (is: (one: (typeof all)[number]["value"]) => boolean) => all.filter(({ value }) => is(value)).length;
  for (const mode of ["private", "provider"])
    expect(some(({ facts }) => facts.network.mode === mode)).toBeGreaterThan(50);
  for (const workload of ["turn", "bbb", "greenlight", "scalelite", "monitoring", "pods"] as const)
    expect(some(({ facts }) => facts.pools.filter(({ runs }) => runs.includes(workload)).length > 1)).toBeGreaterThan(
      5,
    );
  expect(some(({ facts }) => hostsIn(facts).some(({ volumes }) => volumes.length > 1))).toBeGreaterThan(5);
  expect(some(({ document }) => Object.values(document.roles).some(({ count }) => count))).toBeGreaterThan(5);
  for (const sites of [1, 2, 3])
    expect(some(({ document }) => Object.keys(document.sites).length === sites)).toBeGreaterThan(5);
});

it("a document that was read is read again as it is", () => {
  ofEach(all, ({ estate }) => expect(parseEstate(structuredClone(estate), "a test")).toEqual(estate));
});

it("the order in which a document is written changes no fact, and no byte that a machine is told", () => {
  const secrets = uniqueSecrets();
  const port = { mac: "fa:16:3e:00:00:01", address: "10.0.0.5", gateway: "10.0.0.1", mtu: 1450 };
  const machines = (facts: EstateFacts) =>
    facts.pools.flatMap(({ hosts }) =>
      // those of a role differ in their names
      hosts.slice(0, 1).map((host) => {
        const ids = Object.fromEntries(host.volumes.map(({ name }) => [name, `id-of-${name}`]));
        const machine = machineFacts(facts, host, ids, { port, vip: "10.20.0.9" });
        return renderMachine(machine, machineSecrets(secrets, machine));
      }),
    );
  ofEach(all.slice(0, 100), ({ document, facts, random }) => {
    const shuffled = (value: unknown): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            random.some(Object.entries(value), Object.keys(value).length).map(([key, inner]) => [key, shuffled(inner)]),
          );
    const again = deriveFacts(parseEstate(shuffled(document), "a test"));
    expect(again).toEqual(facts);
    expect(JSON.stringify(again.rules)).toBe(JSON.stringify(facts.rules));
    expect(machines(again)).toEqual(machines(facts));
  });
});

it("ranges of sites, pods and services share no address", () => {
  const bounds = (cidr: string) => {
    const [address = "", prefix = ""] = cidr.split("/");
    const first = address.split(".").reduce((total, byte) => total * 256 + Number(byte), 0);
    return { first, last: first + 2 ** (32 - Number(prefix)) - 1 };
  };
  ofEach(all, ({ facts: { sites, orchestrator } }) => {
    const ranges = [...Object.values(sites).map(({ cidr }) => cidr), orchestrator.podCidr, orchestrator.serviceCidr];
    const inOrder = ranges.map(bounds).sort((a, b) => a.first - b.first);
    for (const [index, { first }] of inOrder.entries()) expect(first).toBeGreaterThan(inOrder[index - 1]?.last ?? -1);
  });
});

it("every scrape target has exactly one rule that lets monitoring in, and one that lets monitoring out to it", () => {
  let targets = 0;
  ofEach(watched, ({ estate, facts }) => {
    const monitoring = rolesRunning(estate, "monitoring");
    const scraped = portsWith(estate.apps).filter(({ scrape }) => scrape);
    const jobs = hostJobs(facts).map(({ name }) => name);
    expect(scraped.map(({ service }) => service)).toEqual(expect.arrayContaining(["node-exporter", ...jobs]));
    for (const { protocol, from, to, on, service } of scraped)
      for (const host of hostsIn(facts).filter(({ runs }) => on === "hosts" || runs.includes(on)))
        for (const asks of monitoring) {
          targets += 1;
          const inward = facts.rules.filter(
            (rule) =>
              rule.direction === "ingress" &&
              groupsOfHost(host).includes(rule.group) &&
              rule.protocol === protocol &&
              rule.from <= from &&
              rule.to >= to &&
              "group" in rule.remote &&
              [asks, "hosts"].includes(rule.remote.group),
          );
          const outward = facts.rules.filter(
            (rule) =>
              rule.direction === "egress" &&
              [asks, "hosts"].includes(rule.group) &&
              rule.protocol === protocol &&
              rule.from <= from &&
              rule.to >= to &&
              "group" in rule.remote &&
              groupsOfHost(host).includes(rule.remote.group),
          );
          expect([inward.length, outward.length], `${service} of ${host.name}, asked by ${asks}`).toEqual([1, 1]);
        }
  });
  expect(targets).toBeGreaterThan(300);
});

it("process-exporter is read, and its port open, where the document has it, and nowhere else", () => {
  for (const wanted of [true, false])
    expect(watched.filter(({ value }) => value.processes === wanted).length).toBeGreaterThan(50);
  ofEach(watched, ({ processes, estate, facts }) => {
    expect(hostJobs(facts).some(({ name }) => name === "process-exporter")).toBe(processes);
    const monitoring = rolesRunning(estate, "monitoring");
    expect(facts.rules.some(({ from }) => from === 9256)).toBe(processes && monitoring.length > 0);
  });
});

it("nothing of a service is open to the world but what the catalogue says", () => {
  const allowed = new Set(
    ports
      .filter(({ sources }) => sources.includes("world"))
      .map(({ protocol, from, to }) => `${protocol} ${from}-${to}`),
  );
  ofEach(all, ({ facts }) => {
    for (const { direction, remote, protocol, from, to, key } of facts.rules)
      if (direction === "ingress" && "cidr" in remote && remote.cidr.endsWith("/0"))
        expect(allowed.has(`${protocol} ${from}-${to}`), key).toBe(true);
  });
});

it("every name in the cloud is one thing's", () => {
  ofEach(all, ({ facts }) => {
    const names = [
      hostsIn(facts).map(({ name }) => name),
      hostsIn(facts)
        .flatMap(({ names }) => [names.announced, names.internal])
        .concat(facts.api.name, facts.api.internalName),
      hostsIn(facts).flatMap(({ name, volumes }) => volumes.map((volume) => `${name}-${volume.name}`)),
      facts.groups,
    ];
    for (const kind of names) expect(new Set(kind).size).toBe(kind.length);
  });
});
