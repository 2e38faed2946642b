/** The facts of an estate, as an application reads them: in the same stack, and from the estate's stack in one of its own. */
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { factsOf, type PublishedFacts, readFacts } from "../../stacks/published.ts";
import { graph, secrets } from "./program.ts";
import { type Registered, record } from "./record.ts";

/** A small application: where it runs, how it pulls, and whom it asks, is all from the facts. */
function application(facts: pulumi.Output<PublishedFacts>): void {
  new kubernetes.core.v1.ConfigMap("settings", {
    metadata: { name: "settings", namespace: facts.environment.namespace },
    data: {
      environment: facts.environment.name,
      // pulls with what the estate's own pods pull with
      pullSecret: facts.credentials.apply(({ registry }) => registry?.secret ?? ""),
      dockerHub: facts.registry.mirrors.apply((mirrors) => mirrors["docker.io"]?.[0] ?? ""),
      meetings: facts.hosts.apply((hosts) =>
        Object.values(hosts)
          .filter(({ role }) => role === "bbb")
          .map(({ fqdn, announced }) => `${fqdn}=${announced}`)
          .join(),
      ),
    },
  });
}

const passwords = { "registryPassword.docker.io": "unique-password" };

const settings = (nodes: readonly Registered[]) => nodes.find(({ name }) => name === "settings")?.inputs;

/** The application in a stack of its own; `facts` is what the estate's stack holds. */
function apart(facts: unknown, seen: (facts: PublishedFacts) => void = () => undefined): Promise<Registered[]> {
  return record(
    () => {
      const read = readFacts(new pulumi.StackReference("organization/estate/prod"));
      read.apply(seen);
      application(read);
    },
    { cloud: { made: (type) => (type.endsWith(":StackReference") ? { outputs: { facts } } : {}), found: () => "" } },
  );
}

describe("the facts of an estate", async () => {
  let facts: PublishedFacts;
  let together: Registered[];

  beforeAll(async () => {
    together = await graph({
      change: (document) => {
        document.orchestrator.registries = { "docker.io": { endpoints: ["https://192.0.2.80"], user: "anna" } };
        document.network.downloads.registry = { cidr: "192.0.2.80/32", port: 443 };
      },
      appSecrets: passwords,
      beside: (estate) => {
        application(estate.facts);
        estate.facts.apply((seen) => {
          facts = seen;
        });
      },
    });
  });

  it("are all that an application needs, in the same stack", () => {
    expect(settings(together)).toEqual({
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "estate" } },
      data: {
        ...{ environment: "estate", dockerHub: "https://192.0.2.80", pullSecret: "registry-credentials" },
        meetings: expect.stringMatching(
          /^bbb-01\.estate\.test=203\.0\.113\.\d+,bbb-02\.estate\.test=203\.0\.113\.\d+$/,
        ),
      },
    });
  });

  it("are the same read from the estate's stack, also by one that knows less", async () => {
    const newer = { ...facts, more: "than it knows" };
    const read: PublishedFacts[] = [];
    expect(settings(await apart(newer, (seen) => read.push(seen)))).toEqual(settings(together));
    expect(read).toEqual([facts]);
  });

  it("name what holds credentials, and have none", () => {
    const keys = { "docker.io": "estate:registryPassword.docker.io" };
    expect(facts.credentials).toEqual({
      kubeconfig: { output: "kubeconfig" },
      registry: { secret: "registry-credentials", passwords: keys },
    });
    const text = JSON.stringify(facts);
    for (const [name, secret] of Object.entries({ ...secrets, ...passwords }))
      expect(text.includes(secret), name).toBe(false);
  });

  it("of an older estate are refused, with what is missing and where to go", () => {
    const { registry: _, environment, ...older } = facts;
    const read = () => factsOf("organization/estate/prod", { ...older, environment: { name: environment.name } });
    expect(read).toThrow("The facts of the stack organization/estate/prod are not those that this program reads; run");
    expect(read).toThrow(/\n {2}registry: .*\n {2}environment\.namespace: /);
  });
});
