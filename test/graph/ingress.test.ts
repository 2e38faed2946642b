/** The resources of the way in: those of the cloud, and those of the orchestrator. */
import { describe, expect, it } from "vitest";
import { certificateFor } from "../unit/apps/ingress/certificates.ts";
import { graph } from "./program.ts";
import { bare, type Registered } from "./record.ts";

const names = ["feedback.estate.test", "estate.test", "turn-01.estate.test", "turn-02.estate.test"];
const { chain, key } = await certificateFor(...names);
const acme = { from: "acme", email: "hostmaster@example.org", challenge: "dns" };
const cloud = { authUrl: "https://identity.example.org/v3", region: "one" };
const own = {
  ...{ "feedback.linkSecret": "unique-link", "feedback.exportToken": "unique-export", "coturn.seed": "unique-seed" },
  ...{ "ingress.credentialId": "unique-credential", "ingress.credentialSecret": "unique-credential-secret" },
};

// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes, as the program gives it
type Any = any;

async function run(ingress: object, { apps = {} } = {}) {
  const clear: Record<string, Record<string, string>> = {};
  const nodes = await graph({
    appSecrets: { ...own, "ingress.key": key },
    change: (document) => {
      document.roles.worker.publicAddress = true;
      document.roles.worker.hosts["worker-002"] = {};
      document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
      document.network.downloads.web = { cidr: "0.0.0.0/0", port: 443 };
      document.apps = { feedback: {}, coturn: {}, ingress, ...apps };
    },
    provider: (type, name, { stringData }) => {
      if (type === "kubernetes:core/v1:Secret") clear[name] = bare(stringData) as Record<string, string>;
    },
  });
  return { nodes, clear };
}

const named = (nodes: readonly Registered[], kind: string, name: string) => {
  const found = nodes.find((node) => node.type.endsWith(`:${kind}`) && node.name === name);
  return found ?? expect.fail(`no ${kind} ${name}`);
};
const has = (nodes: readonly Registered[], kind: string, name: string) =>
  nodes.some((node) => node.type.endsWith(`:${kind}`) && node.name === name);

describe("with certificates as files", async () => {
  const { nodes, clear } = await run({ certificates: { from: "files", web: chain } });

  it("brings them to the gate and to the TURN servers, and shows no key", () => {
    const pair = { "tls.crt": chain, "tls.key": key };
    expect(clear["ingress-certs"]).toEqual(pair);
    expect(clear["coturn-certs"]).toEqual(pair);
    expect(named(nodes, "Secret", "ingress-certs").inputs.type).toBe("kubernetes.io/tls");
    expect(JSON.stringify(nodes)).not.toContain(key.split("\n")[1]);
    expect(has(nodes, "Deployment", "ingress-acme")).toBe(false);
  });

  it("has a pod on each host that runs pods, on its 80 and 443, and one at a time goes", () => {
    const { replicas, strategy, template } = named(nodes, "Deployment", "ingress").inputs.spec as Any;
    expect([replicas, strategy.rollingUpdate]).toEqual([2, { maxSurge: 0, maxUnavailable: 1 }]);
    const { ports } = template.spec.containers[0];
    expect(ports.map(({ containerPort, hostPort }: Any) => [containerPort, hostPort])).toEqual([
      ...[
        [8080, 80],
        [8443, 443],
        [8082, undefined],
      ],
    ]);
    const [term] = template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(term.matchExpressions).toEqual([{ key: "estate/role", operator: "In", values: ["worker"] }]);
    expect((named(nodes, "PodDisruptionBudget", "ingress").inputs.spec as Any).maxUnavailable).toBe(1);
  });

  it("has routes and certificate in one volume, which starts without a certificate too", () => {
    const { volumes } = (named(nodes, "Deployment", "ingress").inputs.spec as Any).template.spec;
    expect(volumes).toEqual([
      {
        name: "dynamic",
        projected: {
          defaultMode: 0o440,
          sources: [{ configMap: { name: "ingress" } }, { secret: { name: "ingress-certs", optional: true } }],
        },
      },
    ]);
    const { data } = named(nodes, "ConfigMap", "ingress").inputs as Any;
    expect(data["routes.yaml"]).toContain("Host(`feedback.estate.test`)");
  });

  it("has names lead to the hosts' announced addresses", () => {
    const record = named(nodes, "RecordSet", "dns-feedback");
    expect(record.inputs).toMatchObject({ name: "feedback.estate.test.", type: "A" });
    expect(record.from.records).toEqual(
      ["worker-002", "worker-01"].map((host) => `openstack:networking/floatingIp:FloatingIp::${host}-floating-ip`),
    );
    expect(has(nodes, "LoadBalancer", "web.front")).toBe(false);
  });

  it("lets the gate reach what lets it in, and the world reach the gate", () => {
    const { ingress, egress } = named(nodes, "NetworkPolicy", "ingress").inputs.spec as Any;
    expect(ingress).toEqual(
      [8080, 8443].map((port) => ({
        from: [{ ipBlock: { cidr: "0.0.0.0/0" } }],
        ports: [{ port, protocol: "TCP" }],
      })),
    );
    expect(egress).toContainEqual({
      to: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "feedback" } } }],
      ports: [{ port: 8080, protocol: "TCP" }],
    });
  });
});

describe("with an ACME authority", async () => {
  const { nodes, clear } = await run({ front: "loadBalancer", certificates: { ...acme, cloud } });
  const { template } = named(nodes, "Deployment", "ingress-acme").inputs.spec as Any;
  const container = (name: string) => template.spec.containers.find((one: Any) => one.name === name);
  const program = named(nodes, "ConfigMap", "ingress-acme-program").inputs as Any;
  const { data } = program;

  it("asks for a certificate of all pages, and for those that applications want", () => {
    const lines = data.certificates.trim().split("\n");
    expect(lines.map((line: string) => line.replace(/-[0-9a-f]{12} /, " "))).toEqual([
      "ingress-certs feedback.estate.test",
      "coturn-certs turn-01.estate.test,turn-02.estate.test",
    ]);
  });

  it("gives another name another certificate, and the pods another program", async () => {
    const moved = await run({ certificates: { ...acme, cloud } }, { apps: { feedback: { host: "f.estate.test" } } });
    const next = named(moved.nodes, "ConfigMap", "ingress-acme-program").inputs as Any;
    expect(next.data.certificates).toContain(" f.estate.test\n");
    expect(next.data.certificates.split(" ")[0]).not.toBe(data.certificates.split(" ")[0]);
    expect(next.metadata.name).not.toBe(program.metadata.name);
    expect(template.spec.volumes).toContainEqual({
      ...{ name: "program", configMap: { name: program.metadata.name } },
    });
  });

  it("gives lego the credentials for DNS, and the keeper alone the orchestrator's token", () => {
    expect(clear["ingress-acme-cloud"]).toEqual({ id: "unique-credential", secret: "unique-credential-secret" });
    const environment = Object.fromEntries(container("lego").env.map((one: Any) => [one.name, one.value]));
    expect(environment).toMatchObject({
      ...{ OS_AUTH_TYPE: "v3applicationcredential", OS_AUTH_URL: cloud.authUrl, OS_REGION_NAME: "one" },
      ARGUMENTS: expect.stringContaining("--dns designate"),
    });
    expect(template.spec.automountServiceAccountToken).toBe(false);
    const mounts = (name: string) => container(name).volumeMounts.map((one: Any) => one.name);
    expect([mounts("lego").includes("api"), mounts("keeper").includes("api")]).toEqual([false, true]);
    expect(JSON.stringify(nodes)).not.toContain("unique-credential");
  });

  it("may read and change the Secrets that it keeps, and no others", () => {
    const { rules } = named(nodes, "Role", "ingress-acme").inputs as Any;
    expect(rules).toEqual([
      {
        ...{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "patch"] },
        resourceNames: ["coturn-certs", "ingress-acme-state", "ingress-certs"],
      },
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    ]);
  });

  it("reaches what hosts may fetch from, and is reached by the gate alone", () => {
    const { ingress, egress } = named(nodes, "NetworkPolicy", "ingress-acme").inputs.spec as Any;
    expect(egress).toContainEqual({
      ...{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443, protocol: "TCP" }] },
    });
    const gate = { "app.kubernetes.io/name": "ingress", "app.kubernetes.io/component": "gate" };
    expect(ingress).toEqual([
      { from: [{ podSelector: { matchLabels: gate } }], ports: [{ port: 8081, protocol: "TCP" }] },
    ]);
  });

  it("is behind Octavia, which passes TLS through, says who called, and is believed by its subnet alone", () => {
    for (const [kind, port] of [
      ["http", 80],
      ["https", 443],
    ] as const) {
      expect(named(nodes, "Listener", `web.front-${kind}`).inputs).toMatchObject({
        protocol: "TCP",
        protocolPort: port,
      });
      expect(named(nodes, "Pool", `web.front-${kind}-pool`).inputs.protocol).toBe("PROXY");
      const member = named(nodes, "Member", `web.front-${kind}-member-worker-01`);
      expect(member.inputs).toMatchObject({ protocolPort: port, monitorPort: 80 });
      expect(JSON.stringify([member.from, member.dependsOn])).not.toContain(":Instance");
    }
    const { args } = (named(nodes, "Deployment", "ingress").inputs.spec as Any).template.spec.containers[0];
    expect(args).toContain("--entrypoints.websecure.proxyprotocol.trustedips=10.20.0.0/24");
    const record = named(nodes, "RecordSet", "dns-feedback");
    expect(record.from.records).toEqual(["openstack:networking/floatingIp:FloatingIp::web.front-floating-ip"]);
  });
});

it("the zone itself may be a name, and one of another zone gets no record", async () => {
  const apex = await run(
    { certificates: { from: "files", web: chain } },
    { apps: { feedback: { host: "estate.test" } } },
  );
  expect(named(apex.nodes, "RecordSet", "dns-@").inputs.name).toBe("estate.test.");
  const { nodes } = await run(
    { certificates: { ...acme, cloud } },
    { apps: { feedback: { host: "feedback.example.org" } } },
  );
  expect(JSON.stringify(nodes.filter(({ type }) => type.endsWith(":RecordSet")))).not.toContain("example.org");
});
