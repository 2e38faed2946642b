/** What follows from the document, without a resource and without a server. */
import { describe, expect, it } from "vitest";
import { policy } from "../../../../apps/consul/access.ts";
import { application } from "../../../../apps/consul/app.ts";
import { catalogueOf } from "../../../../apps/consul/catalogue.ts";
import { serverConfig } from "../../../../apps/consul/config.ts";
import { program } from "../../../../apps/consul/keeper.ts";
import { budget, servers } from "../../../../apps/consul/server.ts";
import { readCatalogue } from "../../../../apps/consul/service/catalogue.ts";
import { gossipKey, managementToken, rightsOf, tokenOf, users } from "../../../../apps/consul/tokens.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { withConsul } from "./document.ts";

const facts = deriveFacts(estate(withConsul));
const fixed = Object.fromEntries(
  facts.pools.flatMap(({ hosts }) => hosts).map(({ name }, index) => [name, `10.20.0.${index + 10}`]),
);
const worker = { name: "worker-01", taints: ["estate/dedicated=store:NoSchedule"] };
const pod = (change: object = {}) =>
  servers({
    ...{ servers: 1, page: false, hosts: [worker], memoryMiB: 256, generation: 0, program: "consul-keeper-0" },
    ...change,
  }).spec;

describe("a document with consul", () => {
  const wrong =
    (settings: object, servers = 1) =>
    () =>
      estate((document) => withConsul(document, settings, servers));

  it.each([
    [{ hosts: ["worker-09"] }, 1, "apps.consul.hosts[0]: there is no host worker-09"],
    [{ hosts: ["bbb-01"] }, 1, "role bbb has no volume consul (it has none): write roles.bbb.volumes.consul too"],
    [{ hosts: ["worker-01", "worker-02"] }, 2, "apps.consul.hosts: write the hosts that keep its data, one or three"],
    [{ hosts: ["worker-01", "worker-01", "worker-02"] }, 2, "apps.consul.hosts: write the hosts"],
    [
      { generation: 1, revoked: 1 },
      1,
      "apps.consul.revoked: would refuse the tokens in use: write less than generation (1)",
    ],
  ] as const)("is told what is wrong of %j", (settings, servers, message) => {
    expect(wrong(settings, servers)).toThrow(message);
  });

  it("takes one server or three, and runs none where it is not named", () => {
    expect(wrong({}, 3)).not.toThrow();
    expect(deriveFacts(estate()).apps.map(({ name }) => name)).not.toContain("consul");
  });
});

describe("tokens", () => {
  const all = [
    managementToken("s"),
    ...users.flatMap((user) => [0, 1].map((generation) => tokenOf("s", user, generation))),
  ];

  it("are UUIDs, each another, and those of another seed are others", () => {
    for (const token of all)
      expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set([...all, managementToken("t"), tokenOf("t", "agent", 0)]).size).toBe(all.length + 2);
  });

  it("are taken one generation ahead and one behind, until that is revoked", () => {
    const taken = (generation: number, revoked: number) =>
      rightsOf("s", { generation, revoked })
        .tokens.filter(({ description }) => description.includes("keeper"))
        .map(({ secret }) => [0, 1, 2, 3].find((one) => tokenOf("s", "keeper", one) === secret));
    expect([taken(0, -1), taken(2, -1), taken(2, 1)]).toEqual([
      [0, 1],
      [2, 3, 1],
      [2, 3],
    ]);
  });

  it("gossip is encrypted with 32 bytes, in base64", () => {
    expect(Buffer.from(gossipKey("s"), "base64")).toHaveLength(32);
  });
});

describe("the servers", () => {
  const secrets = { management: "m", agent: "a", gossip: "g" };

  it("refuse whatever no token allows, and listen on what the estate uses alone", () => {
    const config = serverConfig({ servers: 3, page: false }, secrets);
    expect(config).toMatchObject({
      ...{ server: true, bootstrap_expect: 3, encrypt: "g", data_dir: "/data/consul" },
      acl: { enabled: true, default_policy: "deny", tokens: { initial_management: "m", agent: "a" } },
      ports: { http: 8500, server: 8300, serf_lan: 8301, serf_wan: -1, dns: -1, grpc: -1, grpc_tls: -1 },
      retry_join: ["consul-servers:8301"],
      ui_config: { enabled: false },
    });
    expect(serverConfig({ servers: 1, page: true }, secrets)).not.toHaveProperty("retry_join");
  });

  it("begin together, on the hosts that have their volumes, and change one after another", () => {
    const three = pod({
      servers: 3,
      hosts: [worker, { ...worker, name: "worker-02" }, { name: "worker-03", taints: [] }],
    });
    expect(three).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel", serviceName: "consul-servers" });
    expect(three.template.spec.tolerations).toEqual([
      { key: "estate/dedicated", operator: "Equal", value: "store", effect: "NoSchedule" },
    ]);
    expect([budget(3)?.spec.maxUnavailable, budget(1)]).toEqual([1, undefined]);
  });

  it("are started anew by another configuration or other tokens, and by nothing else", () => {
    const mark = (change: object) => pod(change).template.metadata.annotations["estate/config"];
    expect(new Set([{}, { page: true }, { generation: 1 }].map(mark)).size).toBe(3);
    expect(mark({ memoryMiB: 512 })).toBe(mark({}));
  });

  it("have the token with every right in the server's pod alone", () => {
    const [server, permit] = pod().template.spec.containers;
    const paths = (container: typeof server) => container?.volumeMounts.map(({ mountPath }) => mountPath);
    expect([paths(server), paths(permit)]).toEqual([
      ["/config", "/data"],
      ["/rights", "/app", "/run/keeper"],
    ]);
    expect(permit?.command).toContain("/app/permit.ts");
    expect(Object.keys(program().data)).toEqual(expect.arrayContaining(["main.ts", "permit.ts", "package.json"]));
  });
});

describe("the catalogue", () => {
  const catalogue = catalogueOf(facts, fixed);
  const of = (host: string) => catalogue.nodes[host];

  it("has every host by its own address, with its services as the port catalogue has them", () => {
    expect(Object.keys(catalogue.nodes).sort()).toEqual(Object.keys(fixed).sort());
    expect(of("bbb-01")).toEqual({
      ...{ address: fixed["bbb-01"], meta: { role: "bbb", site: "local" } },
      services: [
        { service: "bbb", port: 443, checked: true, address: "bbb-01.estate.test" },
        { service: "node-exporter", port: 9100, checked: false },
      ],
    });
    expect(of("turn-01")?.services).toEqual([
      { service: "turn", port: 3478, checked: false, address: "turn-01.estate.test" },
      { service: "node-exporter", port: 9100, checked: false },
      { service: "turn-exporter", port: 9641, checked: false },
    ]);
    expect(readCatalogue(JSON.stringify(catalogue))).toEqual(catalogue);
  });

  it("has exporters only where something brings them", () => {
    const without = (...names: string[]) => ({
      ...facts,
      apps: facts.apps.filter(({ name }) => !names.includes(name)),
    });
    const bare = catalogueOf(without("monitoring", "coturn"), fixed);
    expect(Object.keys(bare.nodes)).toEqual(["bbb-01", "bbb-02"]);
    expect(bare.nodes["bbb-01"]?.services.map(({ service }) => service)).toEqual(["bbb"]);
  });
});

describe("policies", () => {
  const checked = [{ address: "10.20.0.21", port: 443 }];
  const rules = (part: "server" | "keeper") => policy(part, { apps: facts.apps, checked }).spec;
  const said = (value: object) => JSON.stringify(value);

  it("let servers be asked by whom the ports name, and by each other; the ingress is not there", () => {
    const { ingress, egress } = rules("server");
    const peers = (port: number) =>
      ingress.filter(({ ports }) => ports.some((one) => one.port === port)).flatMap(({ from }) => from.map(said));
    expect(peers(8500).sort()).toEqual([
      expect.stringContaining('"component":"keeper"'.replace("component", "app.kubernetes.io/component")),
      said({ podSelector: { matchLabels: { "app.kubernetes.io/name": "monitoring" } } }),
      said({ podSelector: { matchLabels: { "app.kubernetes.io/name": "registrator" } } }),
    ]);
    expect(peers(8300)).toEqual([expect.stringContaining("server")]);
    expect(egress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([53, 53, 8300, 8301, 8301]);
  });

  it("let administrators come by the ingress, where there is a page", () => {
    const ingress = { name: "ingress", ports: {} };
    const { spec } = policy("server", { apps: [...facts.apps, ingress], checked });
    expect(said(spec.ingress)).toContain('"app.kubernetes.io/name":"ingress"');
    const settings = { hosts: ["worker-01"], volume: "consul", memoryMiB: 256, generation: 0, revoked: -1 };
    const web = (page?: object) =>
      application.web?.({ ...settings, ...(page ? { page } : {}) }, { zone: "estate.test" });
    expect(web()).toEqual([]);
    expect(web({})).toEqual([{ host: "consul.estate.test", service: "consul", port: 8500, from: "admins" }]);
    expect(web({ host: "who.example.org" })?.[0]?.host).toBe("who.example.org");
  });

  it("let the keeper reach servers and what it looks at, and nobody reach it", () => {
    const { ingress, egress } = rules("keeper");
    expect(ingress).toEqual([]);
    expect(egress.slice(1)).toEqual([
      {
        to: [{ podSelector: { matchLabels: expect.objectContaining({ "app.kubernetes.io/component": "server" }) } }],
        ports: [{ port: 8500, protocol: "TCP" }],
      },
      { to: [{ ipBlock: { cidr: "10.20.0.21/32" } }], ports: [{ port: 443, protocol: "TCP" }] },
    ]);
  });
});
