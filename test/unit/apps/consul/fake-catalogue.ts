import type { Allowed } from "./fake-rules.ts";

/** An answer that is a refusal. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface FakeCheck {
  readonly CheckID: string;
  readonly Name: string;
  readonly ServiceID: string;
  readonly Status: string;
  readonly Output: string;
}

interface FakeService {
  readonly ID: string;
  readonly Service: string;
  readonly Address: string;
  readonly Port: number;
}

export interface FakeNode {
  Address: string;
  Meta: Record<string, string>;
  readonly services: Map<string, FakeService>;
  readonly checks: Map<string, FakeCheck>;
}

/** The catalogue: nodes with services and checks, and an index that counts changes. A write that changes nothing is none. */
export class FakeCatalogue {
  readonly nodes = new Map<string, FakeNode>();
  index = 1;
  readonly #waiting = new Set<() => void>();

  /** Registers as an agent of another would, without asking for a token. */
  register(body: Record<string, unknown>): void {
    const before = JSON.stringify(this.#dump());
    this.#register(body);
    this.#changed(before);
  }

  /** A blocking query: until something is written, or for so long. */
  async changedSince(index: number, seconds: number): Promise<void> {
    if (this.index > index) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      this.#waiting.add(done);
    });
  }

  write(allowed: Allowed, path: string, text: string): true {
    const body = JSON.parse(text);
    if (!body.Node) throw new Refused(400, "Must provide node");
    const need = (resource: "node" | "service", name: string) => {
      if (allowed.may(resource, name, "write")) return;
      throw new Refused(403, `Permission denied: token lacks permission '${resource}:write' on "${name}"`);
    };
    const before = JSON.stringify(this.#dump());
    if (path === "/v1/catalog/register") {
      if (!body.Address) throw new Refused(400, "Must provide address if SkipDeregister is not set");
      need("node", body.Node);
      if (body.Service) need("service", body.Service.Service);
      this.#register(body);
    } else if (path === "/v1/catalog/deregister") {
      const node = this.nodes.get(body.Node);
      const id = body.ServiceID ?? node?.checks.get(body.CheckID)?.ServiceID;
      const service = id && node?.services.get(id);
      if (service) need("service", service.Service);
      else need("node", body.Node);
      this.#deregister(body);
    } else throw new Refused(404, "Invalid URL path: not a recognized HTTP API endpoint");
    this.#changed(before);
    return true;
  }

  read(allowed: Allowed, path: string): { readonly body: unknown; readonly filtered: boolean } {
    let filtered = false;
    const seen = <T>(all: readonly T[], may: (one: T) => boolean): T[] => {
      const left = all.filter(may);
      filtered ||= left.length < all.length;
      return left;
    };
    const nodes = seen([...this.nodes], ([name]) => allowed.may("node", name, "read"));
    const readable = ({ Service }: { readonly Service: string }) => allowed.may("service", Service, "read");
    const about = ([Node, { Address, Meta }]: [string, FakeNode]) => ({
      ID: "",
      Node,
      Address,
      Datacenter: "estate",
      Meta,
    });
    const [, kind, name = ""] =
      /^\/v1\/(catalog\/nodes|catalog\/node-services|health\/node|health\/service)(?:\/([^/]+))?$/.exec(path) ?? [];
    const one = nodes.find(([node]) => node === decodeURIComponent(name));
    const checksOf = ([Node, { checks }]: [string, FakeNode]) =>
      [...checks.values()].map((check) => ({ Node, ...check }));
    const bodies: Record<string, () => unknown> = {
      "catalog/nodes": () => nodes.map(about),
      // a node that is not there is null
      "catalog/node-services": () =>
        one ? { Node: about(one), Services: seen([...one[1].services.values()], readable).map(told) } : null,
      "health/node": () => (one ? checksOf(one) : []),
      "health/service": () =>
        nodes.flatMap((node) =>
          seen(
            [...node[1].services.values()].filter(({ Service }) => Service === name),
            readable,
          ).map((service) => ({
            ...{ Node: about(node), Service: told(service) },
            Checks: checksOf(node).filter(({ ServiceID }) => ["", service.ID].includes(ServiceID)),
          })),
        ),
    };
    const body = bodies[kind ?? ""];
    if (!body) throw new Refused(404, "Invalid URL path: not a recognized HTTP API endpoint");
    return { body: body(), filtered };
  }

  // biome-ignore lint/suspicious/noExplicitAny: JSON as it came
  #register({ Node, Address, NodeMeta, Service, Check, Checks, SkipNodeUpdate }: any): void {
    const made: FakeNode = { Address, Meta: NodeMeta ?? {}, services: new Map(), checks: new Map() };
    const node = this.nodes.get(Node) ?? made;
    if (!SkipNodeUpdate) Object.assign(node, { Address, Meta: NodeMeta ?? {} });
    this.nodes.set(Node, node);
    if (Service) {
      const { ID = Service.Service, Service: name, Address: own = "", Port = 0 } = Service;
      node.services.set(ID, { ID, Service: name, Address: own, Port });
    }
    for (const check of [...(Check ? [Check] : []), ...(Checks ?? [])]) {
      const { CheckID, Name, ServiceID = "", Status, Output = "" } = check;
      if (ServiceID && !node.services.has(ServiceID)) throw new Refused(500, `Missing service registration`);
      node.checks.set(CheckID ?? Name, { CheckID: CheckID ?? Name, Name, ServiceID, Status, Output });
    }
  }

  #deregister({ Node, ServiceID, CheckID }: Record<string, string>): void {
    const node = this.nodes.get(Node ?? "");
    if (!node) return;
    if (ServiceID) {
      node.services.delete(ServiceID);
      for (const [id, check] of node.checks) if (check.ServiceID === ServiceID) node.checks.delete(id);
    } else if (CheckID) node.checks.delete(CheckID);
    else this.nodes.delete(Node ?? "");
  }

  #changed(before: string): void {
    if (before === JSON.stringify(this.#dump())) return;
    this.index += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  #dump(): unknown {
    return [...this.nodes].map(([name, { Address, Meta, services, checks }]) => [
      name,
      Address,
      Meta,
      [...services],
      [...checks],
    ]);
  }
}

/** As Consul tells a service: tags that there are none of are null. */
function told(service: FakeService) {
  return { ...service, Tags: null, Meta: {} };
}
