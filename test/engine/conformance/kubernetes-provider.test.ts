/**
 * What this project relies on in the configuration of the kubernetes provider, in custom resources and in imports: one
 * promise a test.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { inNamespace, type Orchestrator, orchestrator, provider } from "./orchestrator.ts";
import { freePort } from "./sshd.ts";
import { failure, type Trial, trial } from "./trial.ts";

let on: Orchestrator;
beforeAll(async () => {
  on = await orchestrator();
});

const within = (name: string, body: (t: Trial, namespace: string) => Promise<void>): Promise<void> =>
  trial(name, (t) => inNamespace(on, (namespace) => body(t, namespace)));

const { ConfigMap } = k8s.core.v1;

/** The kubeconfig with another address for the same cluster. */
function readdressed(kubeconfig: string, address: string): string {
  return kubeconfig.replace(/server: .*/, `server: ${address}`);
}

describe.concurrent("provider", () => {
  test("a cluster that cannot be reached: the preview passes, every create fails and says so", () =>
    trial("unreachable", async (t) => {
      const kubeconfig = readdressed(on.kubeconfig, `https://127.0.0.1:${await freePort()}`);
      const program = async (): Promise<void> => {
        const at = provider(on, { kubeconfig });
        new ConfigMap("one", {}, at);
        new ConfigMap("two", {}, at);
      };
      const { steps } = await t.preview(program);
      expect(steps).toMatchObject({ one: ["create"], two: ["create"] });
      expect(await failure(t.up(program))).toMatch(/configured Kubernetes cluster is unreachable/);
      expect((await t.state()).one).toBeUndefined();
    }));

  test("deleteUnreachable drops what was in a cluster that is gone; without it the state stays", () =>
    within("gone", async (t, namespace) => {
      const identified = { clusterIdentifier: "estate" };
      const program = (args: k8s.ProviderArgs, objects: boolean) => async (): Promise<void> => {
        const at = provider(on, { ...identified, ...args });
        if (objects) new ConfigMap("one", { metadata: { namespace } }, at);
      };
      await t.up(program({}, true));
      const kubeconfig = readdressed(on.kubeconfig, `https://127.0.0.1:${await freePort()}`);
      expect(await failure(t.up(program({ kubeconfig }, false)))).toMatch(/unreachable/);
      expect((await t.state()).one).toBeDefined();
      await t.up(program({ kubeconfig, deleteUnreachable: true }, false));
      expect((await t.state()).one).toBeUndefined();
    }));

  test("another address replaces the provider with all its objects; with a clusterIdentifier it does not", () =>
    within("address", async (t, namespace) => {
      const program = (address: string | undefined, args: k8s.ProviderArgs) => async (): Promise<void> => {
        const kubeconfig = address ? readdressed(on.kubeconfig, address) : on.kubeconfig;
        new ConfigMap("one", { metadata: { namespace } }, provider(on, { kubeconfig, ...args }));
      };
      const other = "https://estate.invalid:6443";
      await t.up(program(undefined, {}));
      expect((await t.preview(program(other, {}))).steps.cluster).toContain("replace");
      const identified = { clusterIdentifier: "estate" };
      await t.up(program(undefined, identified));
      const { steps } = await t.preview(program(other, identified));
      expect([steps.cluster, steps.one]).toEqual([["update"], ["same"]]);
    }));

  test("a new certificate authority does not replace an identified cluster", () =>
    within("authority", async (t, namespace) => {
      const program = (kubeconfig: string) => async (): Promise<void> => {
        const args = { kubeconfig, clusterIdentifier: "estate" };
        new ConfigMap("one", { metadata: { namespace } }, provider(on, args));
      };
      await t.up(program(on.kubeconfig));
      const changed = on.kubeconfig.replace(/certificate-authority-data: (\S+)/, (_, data: string) => {
        const twice = Buffer.from(data, "base64").toString().repeat(2);
        return `certificate-authority-data: ${Buffer.from(twice).toString("base64")}`;
      });
      expect(changed).not.toBe(on.kubeconfig);
      const { steps } = await t.up(program(changed));
      expect([steps.cluster, steps.one]).toEqual([["update"], ["same"]]);
    }));

  test("kubeconfig may be a path; namespace is where objects go that name none", () =>
    within("path", async (t, namespace) => {
      const path = join(t.folder, "kubeconfig");
      await writeFile(path, on.kubeconfig);
      await t.up(async () => {
        new ConfigMap("one", {}, provider(on, { kubeconfig: path, namespace }));
      });
      expect((await t.state()).one?.id).toMatch(new RegExp(`^${namespace}/one-`));
    }));
});

describe.concurrent("kinds", () => {
  test("a definition and an object of it are made in one update; the object is updated in place", () =>
    within("custom", async (t, namespace) => {
      const group = `${namespace}.test`;
      const program = (size: number) => async (): Promise<void> => {
        const at = provider(on);
        const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
        const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
          "definition",
          {
            metadata: { name: `things.${group}` },
            spec: {
              group,
              scope: "Namespaced",
              names: { plural: "things", singular: "thing", kind: "Thing" },
              versions: [{ name: "v1", served: true, storage: true, schema: schema as object }],
            },
          },
          at,
        );
        const args = { apiVersion: `${group}/v1`, kind: "Thing", metadata: { namespace }, spec: { size } };
        new k8s.apiextensions.CustomResource("thing", args, { ...at, dependsOn: definition });
      };
      await t.up(program(1));
      const { thing } = await t.state();
      expect(thing?.type).toBe(`kubernetes:${group}/v1:Thing`);
      const { steps, paths } = await t.up(program(2));
      expect([steps.definition, steps.thing, paths.thing]).toEqual([["same"], ["update"], ["spec.size"]]);
      await t.destroy();
    }));

  test("a field that a kind does not have is refused and named: by the preview already, and in an update", () =>
    within("misspelt", async (t, namespace) => {
      const program = (fields: object) => async (): Promise<void> => {
        const spec = { podSelector: {}, ...fields };
        new k8s.networking.v1.NetworkPolicy("closed", { metadata: { namespace }, spec }, provider(on));
      };
      const wrong = program({ policyType: ["Egress"] });
      expect(await failure(t.preview(wrong))).toMatch(/unknown field .*spec\.policyType\b/);
      expect(await failure(t.up(wrong))).toMatch(/unknown field .*spec\.policyType\b/);
      await t.up(program({ policyTypes: ["Egress"] }));
      // server-side apply has words of its own for it
      const both = program({ policyTypes: ["Egress"], policyType: ["Egress"] });
      expect(await failure(t.up(both))).toMatch(/spec\.policyType\b/);
    }));

  test("an object that is there is imported by its id, without a change, and read by get", () =>
    within("import", async (t, namespace) => {
      await on.core.createNamespacedConfigMap({ namespace, body: { metadata: { name: "there" }, data: { a: "1" } } });
      const id = `${namespace}/there`;
      const { steps } = await t.up(async () => {
        const metadata = { name: "there", namespace };
        new ConfigMap("there", { metadata, data: { a: "1" } }, { ...provider(on), import: id });
      });
      expect(steps.there?.[0]).toBe("import");
      const { outputs } = await t.up(async () => {
        const at = provider(on);
        new ConfigMap("there", { metadata: { name: "there", namespace }, data: { a: "1" } }, at);
        return { read: ConfigMap.get("read", id, at).data.a };
      });
      expect(outputs.read?.value).toBe("1");
    }));

  test("values that are known only later reach the object; the preview does without them", () =>
    within("unknown", async (t, namespace) => {
      const program = async (): Promise<void> => {
        const at = provider(on);
        const first = new ConfigMap("first", { metadata: { namespace } }, at);
        const data = { uid: pulumi.interpolate`is ${first.metadata.uid}` };
        new ConfigMap("second", { metadata: { namespace: first.metadata.namespace }, data }, at);
      };
      expect((await t.preview(program)).steps).toMatchObject({ first: ["create"], second: ["create"] });
      await t.up(program);
      const { first, second } = await t.state();
      const uid = (first?.outputs?.metadata as { uid: string } | undefined)?.uid;
      expect(second?.outputs?.data).toEqual({ uid: `is ${uid}` });
      expect((await t.up(program)).steps).toMatchObject({ first: ["same"], second: ["same"] });
    }));
});
