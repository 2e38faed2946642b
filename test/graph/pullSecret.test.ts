/** What images are pulled with, where registries have users; the pods of all applications are in workloads.test.ts. */
import { describe, expect, it } from "vitest";
import { graph, type Run } from "./program.ts";
import { bare, type Registered } from "./record.ts";

const type = "kubernetes:core/v1:Secret";
const password = "unique-password";

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
const change = ({ network, orchestrator }: any) => {
  network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
  orchestrator.registries = { "registry.example.org": { user: "robot" } };
};
const appSecrets = { "registryPassword.registry.example.org": password };
const find = (nodes: readonly Registered[], kind: string, name: string) =>
  nodes.find((node) => node.type === kind && node.name === name) ?? expect.fail(`no ${kind} ${name}`);

/** The graph, and what the API would be given of the Secret. */
async function pulled(run: Run) {
  const clear: { data?: Record<string, string> }[] = [];
  const nodes = await graph({
    ...run,
    provider: (kind, name, inputs) => {
      if (kind === type && name === "registries") clear.push(bare(inputs) as { data?: Record<string, string> });
    },
  });
  const encoded = bare(clear[0]?.data) as Record<string, string> | undefined;
  return { nodes, file: Buffer.from(String(bare(encoded?.[".dockerconfigjson"])), "base64").toString() };
}

describe("a registry that has a user", async () => {
  const { nodes, file } = await pulled({ change, appSecrets });

  it("gets its password from one Secret, of the kind that kubelets read, in the namespace of the pods", () => {
    expect(find(nodes, type, "registries").inputs).toMatchObject({
      metadata: { name: "registry-credentials", namespace: "estate" },
      type: "kubernetes.io/dockerconfigjson",
    });
    const auth = Buffer.from(`robot:${password}`).toString("base64");
    expect(JSON.parse(file)).toEqual({ auths: { "registry.example.org": { username: "robot", password, auth } } });
  });

  it("has it in clear nowhere, and in no server's user data", () => {
    expect(find(nodes, type, "registries").inputs.data).toBe("[secret]");
    for (const form of [password, Buffer.from(password).toString("base64"), Buffer.from(file).toString("base64")])
      expect(JSON.stringify(nodes)).not.toContain(form);
  });

  it("may get another where the Secret is: it is not replaced, and no pod knows more than its name", async () => {
    const provider = find(nodes, "pulumi:providers:kubernetes", "registries");
    expect(provider.inputs).toMatchObject({ enableSecretMutable: "true", clusterIdentifier: "estate" });
    // so it goes long before the other one, whose end tells gates that the estate is being taken down
    expect(provider.dependsOn).toContain("kubernetes:core/v1:Namespace::estate");
    const changed = await pulled({ change, appSecrets: { "registryPassword.registry.example.org": "another" } });
    expect(changed.file).toContain("another");
    expect(changed.nodes).toEqual(nodes);
  });

  it("changes no host", async () => {
    const servers = (all: readonly Registered[]) => all.filter((node) => node.type.endsWith(":Instance"));
    const without = await graph({ change: ({ network }) => change({ network, orchestrator: {} }) });
    expect(servers(nodes)).toHaveLength(6);
    expect(servers(nodes)).toEqual(servers(without));
  });

  it("is known to pods of applications by the name of the Secret", () => {
    const { inputs, dependsOn } = find(nodes, "kubernetes:apps/v1:Deployment", "hello");
    expect(inputs).toMatchObject({
      spec: { template: { spec: { imagePullSecrets: [{ name: "registry-credentials" }] } } },
    });
    expect(dependsOn).toContain(`${type}::registries`);
  });
});

it("without its password it is refused before anything is made", async () => {
  await expect(graph({ change })).rejects.toThrow(/Secrets are missing .*: registryPassword\.registry\.example\.org\./);
});

it("where no registry has a user, there is no Secret, and pods name none", async () => {
  const nodes = await graph({
    change: ({ orchestrator }) => {
      orchestrator.registries = { "docker.io": { endpoints: ["http://192.0.2.80"] } };
    },
  });
  expect(nodes.filter(({ name }) => name === "registries")).toEqual([]);
  expect(JSON.stringify(nodes)).not.toContain("imagePullSecrets");
});
