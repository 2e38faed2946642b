/** States of estates, as `pulumi stack export` prints them: what the program registers, with what a cloud would answer. */
import { graph, type Run } from "../../graph/program.ts";
import type { Cloud, Registered } from "../../graph/record.ts";
import { behindVip } from "../stacks/fixtures.ts";

/** A resource of an exported state; a test may change it. */
export interface Exported {
  urn: string;
  type: string;
  id: string;
  parent: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  delete?: boolean;
  pendingReplacement?: boolean;
}

export interface ExportedState {
  readonly version: 3;
  readonly deployment: {
    readonly manifest: { readonly time: string };
    resources: Exported[];
    pending_operations: { type: string; resource: { urn: string } }[];
  };
}

/** What stands for a secret's text in a state. It is never to be seen. */
export const ciphertext = "v1:unique-ciphertext";

const documents: Readonly<Record<string, NonNullable<Run["change"]>>> = {
  "six hosts": () => undefined,
  "six hosts behind a load balancer": (document) => {
    document.orchestrator.api = { front: "loadBalancer" };
  },
  "six hosts behind a VIP": behindVip,
  "two sites of the cloud": (document) => {
    const { nameservers, downloads } = document.network;
    document.network = { mode: "provider", nameservers, downloads };
    document.sites = {
      north: { cidr: "198.51.100.0/25", network: "campus-north", availabilityZone: "az1" },
      south: { cidr: "198.51.100.128/25", network: "campus-south" },
    };
    for (const role of ["orchestrator", "bbb", "worker"])
      for (const [index, host] of Object.values<Record<string, string>>(document.roles[role].hosts).entries())
        host.site = index === 0 ? "north" : "south";
    document.roles.orchestrator.volumes = { datastore: { sizeGiB: 20, path: "/var/lib/rancher" } };
    const turn = { flavor: "m1.small", publicAddress: true, antiAffinity: "hard" };
    document.roles.turn = { ...turn, hosts: { "turn-1": { site: "north" }, "turn-2": { site: "south" } } };
    const hosts = { "web-1": { site: "north" }, "web-2": { site: "south" } };
    document.roles.web = { runs: ["greenlight", "scalelite", "monitoring"], flavor: "m1.medium", hosts };
  },
};

export const estates = [...Object.keys(documents), "a hundred hosts"];

const built = new Map<string, Promise<ExportedState>>();

/** The state of one of `estates` after its first `up`; a test may change it. */
export async function stateOf(name: string): Promise<ExportedState> {
  const state = built.get(name) ?? build(name);
  built.set(name, state);
  return structuredClone(await state);
}

async function build(name: string): Promise<ExportedState> {
  if (name === "a hundred hosts") return hundredHosts(await stateOf("six hosts"));
  const change = documents[name];
  if (!change) throw new Error(`no estate ${name}`);
  const answers = new Map<string, Readonly<Record<string, unknown>>>();
  const nodes = await graph({ change, cloud: cloudInto(answers) });
  const resources = nodes.map((node) => exported(node, answers.get(`${node.type}::${node.name}`)));
  const stack = { urn: "urn:pulumi:test::estate::pulumi:pulumi:Stack::estate-test", type: "pulumi:pulumi:Stack" };
  const outputs = { kubeconfig: secret(), hosts: {} };
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-11-21T18:00:00.123456789Z" },
      resources: [{ ...stack, id: "", parent: "", inputs: {}, outputs }, ...resources],
      pending_operations: [],
    },
  };
}

/** With copies of two hosts: the program itself takes too long for so many. */
function hundredHosts(state: ExportedState): ExportedState {
  const copies = (host: string, count: number, start: number) => {
    const own = JSON.stringify(
      state.deployment.resources.filter(({ urn, parent }) => `${urn} ${parent}`.includes(host)),
    );
    return Array.from({ length: count }, (_, index) => {
      const name = `${host.slice(0, -2)}${String(index + 3).padStart(2, "0")}`;
      const addresses = own.replaceAll(/(10\.20\.0|203\.0\.113)\.\d+/g, `$1.${start + index}`);
      return JSON.parse(addresses.replaceAll(host, name)) as Exported[];
    });
  };
  state.deployment.resources.push(...copies("bbb-02", 60, 30).flat(), ...copies("worker-01", 34, 100).flat());
  return state;
}

/** The resource of this type's last part and logical name. */
export function resource({ deployment }: ExportedState, type: string, name: string): Exported {
  const found = deployment.resources.find((one) => one.type.endsWith(`:${type}`) && one.urn.endsWith(`::${name}`));
  if (!found) throw new Error(`no ${type} ${name} in the state`);
  return found;
}

/** The state without that resource. */
export function remove(state: ExportedState, type: string, name: string): void {
  const gone = resource(state, type, name);
  state.deployment.resources = state.deployment.resources.filter((one) => one !== gone);
}

/** Gives out addresses in order, and remembers all that it answers. */
function cloudInto(answers: Map<string, Readonly<Record<string, unknown>>>): Cloud {
  const subnets = new Map<string, { readonly cidr: string; readonly network: string; used: number }>();
  let floating = 9;
  const fixed = (id: string): string => {
    const subnet = subnets.get(id);
    if (!subnet) throw new Error(`no subnet ${id}`);
    subnet.used += 1;
    const [start = "", last = ""] = /^(.*\.)(\d+)\//.exec(subnet.cidr)?.slice(1) ?? [];
    return `${start}${Number(last) + 9 + subnet.used}`;
  };
  const answer = (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => {
    if (type.endsWith(":Port")) {
      const [{ subnetId = "" } = {}] = inputs.fixedIps as { subnetId?: string }[];
      return { allFixedIps: [fixed(subnetId)] };
    }
    if (type.endsWith(":FloatingIp")) return { address: `203.0.113.${++floating}` };
    if (type.endsWith(":Router")) return { externalFixedIps: [{ ipAddress: "203.0.113.2", subnetId: "public-id" }] };
    if (type.endsWith(":Subnet"))
      subnets.set(`${name}-id`, { cidr: String(inputs.cidr), network: String(inputs.name), used: 0 });
    if (type.endsWith(":Instance")) {
      const [{ port = "" } = {}] = inputs.networks as { port?: string }[];
      return { powerState: "active", imageName: "flatcar-local", networks: [{ port, name: networkOf(name, port) }] };
    }
    return {};
  };
  const networkOf = (_: string, port: string) => {
    const ports = answers.get(`openstack:networking/port:Port::${port.slice(0, -"-id".length)}`);
    const [{ subnetId = "" } = {}] = (ports?.fixedIps ?? []) as { subnetId?: string }[];
    return subnets.get(subnetId)?.network ?? "";
  };
  return {
    made: (type, name, inputs) => {
      const outputs = { ...inputs, ...answer(type, name, inputs) };
      answers.set(`${type}::${name}`, outputs);
      return outputs;
    },
    found: (token, inputs) => {
      if (!token.endsWith(":getSubnet")) return `${token.split(":").at(-1)}-${inputs.name}`;
      const network = String(inputs.networkId).replace("getNetwork-", "");
      const id = `getSubnet-${inputs.cidr}`;
      subnets.set(id, { cidr: String(inputs.cidr), network, used: 0 });
      return id;
    },
  };
}

function exported(node: Registered, answers: Readonly<Record<string, unknown>> = {}): Exported {
  const urn = (short: string) => `urn:pulumi:test::estate::${short}`;
  const inputs = hidden(node.inputs) as Record<string, unknown>;
  const known = new Set(Object.keys(inputs));
  const said = Object.fromEntries(Object.entries(answers).filter(([key]) => !known.has(key) || key === "networks"));
  return {
    ...{ urn: urn(`${node.type}::${node.name}`), type: node.type, parent: node.parent ? urn(node.parent) : "" },
    ...{ id: node.custom ? `${node.name}-id` : "", inputs, outputs: { ...inputs, ...said } },
  };
}

function hidden(value: unknown): unknown {
  if (value === "[secret]") return secret();
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner)]));
}

function secret(): unknown {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext };
}
