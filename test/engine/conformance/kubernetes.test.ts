/**
 * What this project relies on in the kubernetes plugin, one promise a test, against whichever plugin the engine
 * resolves: the one built here or the official one. `ESTATE_TEST_KUBECONFIG` names the cluster. How the plugin waits
 * is in kubernetes-await.test.ts.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { inNamespace, type Orchestrator, orchestrator, provider } from "./orchestrator.ts";
import { failure, type Trial, trial } from "./trial.ts";

let on: Orchestrator;
beforeAll(async () => {
  on = await orchestrator();
});

/** A trial in a namespace of its own. */
const within = (name: string, body: (t: Trial, namespace: string) => Promise<void>): Promise<void> =>
  trial(name, (t) => inNamespace(on, (namespace) => body(t, namespace)));

const { ConfigMap, ConfigMapPatch, Secret } = k8s.core.v1;

describe.concurrent("objects", () => {
  test("an unnamed object is named after the resource, marked as autonamed, and replaced create first", () =>
    within("autoname", async (t, namespace) => {
      const program = (data: string) => async (): Promise<void> => {
        new ConfigMap("settings", { metadata: { namespace }, data: { data } }, provider(on));
      };
      await t.up(program("one"));
      const before = (await t.state()).settings;
      expect(before?.type).toBe("kubernetes:core/v1:ConfigMap");
      expect(before?.id).toMatch(new RegExp(`^${namespace}/settings-[0-9a-f]{8}$`));
      expect(before?.inputs?.metadata).toMatchObject({ annotations: { "pulumi.com/autonamed": "true" } });
      const { steps } = await t.up(program("two"));
      expect(steps.settings).toEqual(["create-replacement", "replace", "delete-replaced"]);
      expect((await t.state()).settings?.id).not.toBe(before?.id);
      expect((await t.up(program("two"))).steps.settings).toEqual(["same"]);
    }));

  test("a named object that must be replaced goes first", () =>
    within("named", async (t, namespace) => {
      const program = (data: string) => async (): Promise<void> => {
        new ConfigMap("settings", { metadata: { name: "settings", namespace }, data: { data } }, provider(on));
      };
      await t.up(program("one"));
      const { steps, paths } = await t.up(program("two"));
      expect(steps.settings).toEqual(["delete-replaced", "replace", "create-replacement"]);
      expect(paths.settings).toEqual(["data.data"]);
    }));

  test("the state keeps the live object, the inputs, the first API version and the field manager", () =>
    within("state", async (t, namespace) => {
      await t.up(async () => {
        new ConfigMap("settings", { metadata: { namespace }, data: { a: "1" } }, provider(on));
      });
      const outputs = (await t.state()).settings?.outputs;
      expect(outputs).toMatchObject({
        __inputs: { apiVersion: "v1", kind: "ConfigMap", data: { a: "1" }, metadata: { namespace } },
        __initialApiVersion: "v1",
        __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/),
        data: { a: "1" },
        metadata: { uid: expect.any(String), resourceVersion: expect.any(String) },
      });
    }));

  test("an object that is already there is not taken over, unless upsertExistingObjects says so", () =>
    within("exists", async (t, namespace) => {
      await on.core.createNamespacedConfigMap({
        namespace,
        body: { metadata: { name: "there" }, data: { mine: "1" } },
      });
      const program = (args: k8s.ProviderArgs) => async (): Promise<void> => {
        new ConfigMap("there", { metadata: { name: "there", namespace }, data: { ours: "2" } }, provider(on, args));
      };
      expect(await failure(t.up(program({})))).toMatch(/already exists/);
      await t.up(program({ upsertExistingObjects: true }));
      const { data } = await on.core.readNamespacedConfigMap({ name: "there", namespace });
      expect(data).toEqual({ mine: "1", ours: "2" });
    }));

  test("data and stringData of a Secret are secret in the state, whatever the program marks", () =>
    within("secret", async (t, namespace) => {
      await t.up(async () => {
        const at = provider(on);
        new Secret("key", { metadata: { namespace }, stringData: { word: "sw0rdfish" } }, at);
        const encoded = Buffer.from("tr0mbone").toString("base64");
        new Secret("data", { metadata: { namespace }, data: { word: encoded } }, at);
      });
      const text = await t.stateText();
      for (const word of ["sw0rdfish", "tr0mbone"]) {
        expect(text).not.toContain(word);
        expect(text).not.toContain(Buffer.from(word).toString("base64"));
      }
      const [name] = (await t.state()).key?.id?.split("/").slice(1) ?? [];
      const kept = await on.core.readNamespacedSecret({ name: String(name), namespace });
      expect(Buffer.from(kept.data?.word ?? "", "base64").toString()).toBe("sw0rdfish");
    }));

  test("a secret value anywhere stays secret in inputs and outputs", () =>
    within("secretvalue", async (t, namespace) => {
      await t.up(async () => {
        const data = { open: "1", closed: pulumi.secret("sw0rdfish") };
        new ConfigMap("settings", { metadata: { namespace }, data }, provider(on));
      });
      expect(await t.stateText()).not.toContain("sw0rdfish");
      expect((await t.state()).settings?.outputs?.data).toMatchObject({ open: "1" });
    }));
});

describe.concurrent("changes", () => {
  test("an update changes fields in place by server-side apply; the preview names their paths", () =>
    within("apply", async (t, namespace) => {
      const program = (labels: Record<string, string>) => async (): Promise<void> => {
        new ConfigMap("settings", { metadata: { name: "settings", namespace, labels } }, provider(on));
      };
      await t.up(program({ "estate.test/a": "1", b: "1" }));
      const wanted = program({ "estate.test/a": "2", c: "1" });
      const { steps, paths } = await t.preview(wanted);
      expect(steps.settings).toEqual(["update"]);
      const changed = ['metadata.labels["estate.test/a"]', "metadata.labels.b", "metadata.labels.c"];
      expect(new Set(paths.settings)).toEqual(new Set(changed));
      await t.up(wanted);
      const live = await on.core.readNamespacedConfigMap({ name: "settings", namespace });
      expect(live.metadata?.labels).toEqual({ "estate.test/a": "2", c: "1" });
      const manager = (await t.state()).settings?.outputs?.__fieldManager;
      const entry = live.metadata?.managedFields?.find((field) => field.manager === manager);
      expect(entry?.operation).toBe("Apply");
    }));

  test("a hand-made change of a field is seen after a refresh, and undone by an up", () =>
    within("drift", async (t, namespace) => {
      const program = async (): Promise<void> => {
        new ConfigMap("settings", { metadata: { name: "s", namespace, labels: { owner: "us" } } }, provider(on));
      };
      await t.up(program);
      const body = [{ op: "replace", path: "/metadata/labels/owner", value: "them" }];
      await on.core.patchNamespacedConfigMap({ name: "s", namespace, body, fieldManager: "kubectl-edit" });
      expect((await t.refresh()).steps.settings).toEqual(["refresh"]);
      const { steps, paths } = await t.up(program);
      expect([steps.settings, paths.settings]).toEqual([["update"], ["metadata.labels.owner"]]);
      const live = await on.core.readNamespacedConfigMap({ name: "s", namespace });
      expect(live.metadata?.labels).toEqual({ owner: "us" });
    }));

  test("an object deleted by hand is dropped by a refresh and made again", () =>
    within("gone", async (t, namespace) => {
      const program = async (): Promise<void> => {
        new ConfigMap("settings", { metadata: { name: "s", namespace } }, provider(on));
      };
      await t.up(program);
      await on.core.deleteNamespacedConfigMap({ name: "s", namespace });
      await t.refresh();
      expect((await t.up(program)).steps.settings).toEqual(["create"]);
    }));

  test("a field of another manager is a conflict that names it; pulumi.com/patchForce takes it over", () =>
    within("conflict", async (t, namespace) => {
      const program = (value: string, force: boolean) => async (): Promise<void> => {
        const annotations: Record<string, string> = force ? { "pulumi.com/patchForce": "true" } : {};
        const metadata = { name: "s", namespace, labels: { owner: value }, annotations };
        new ConfigMap("settings", { metadata }, provider(on));
      };
      await t.up(program("us", false));
      const body = [{ op: "replace", path: "/metadata/labels/owner", value: "them" }];
      await on.core.patchNamespacedConfigMap({ name: "s", namespace, body, fieldManager: "someone" });
      const error = await failure(t.up(program("we", false)));
      expect(error).toMatch(/field conflict detected/);
      expect(error).toMatch(/"someone".*\.metadata\.labels\.owner/s);
      await t.up(program("we", true));
      const live = await on.core.readNamespacedConfigMap({ name: "s", namespace });
      expect(live.metadata?.labels?.owner).toBe("we");
    }));

  test("ignoreChanges leaves a field to who changed it", () =>
    within("ignore", async (t, namespace) => {
      const program = (labels: Record<string, string>) => async (): Promise<void> => {
        const options = { ...provider(on), ignoreChanges: ["metadata.labels.owner"] };
        new ConfigMap("settings", { metadata: { name: "s", namespace, labels } }, options);
      };
      await t.up(program({ owner: "us", other: "1" }));
      const body = [{ op: "replace", path: "/metadata/labels/owner", value: "them" }];
      await on.core.patchNamespacedConfigMap({ name: "s", namespace, body, fieldManager: "someone" });
      await t.up(program({ owner: "we", other: "2" }));
      const live = await on.core.readNamespacedConfigMap({ name: "s", namespace });
      expect(live.metadata?.labels).toEqual({ owner: "them", other: "2" });
    }));

  test("an immutable field of the plugin's table replaces the object", () =>
    within("immutable", async (t, namespace) => {
      const program = (clusterIP: string | undefined, type: string) => async (): Promise<void> => {
        const at = provider(on);
        const annotations = { "pulumi.com/skipAwait": "true" };
        const spec = { ports: [{ port: 80 }], clusterIP };
        new k8s.core.v1.Service("web", { metadata: { name: "web", namespace, annotations }, spec }, at);
        new Secret("key", { metadata: { namespace }, type, stringData: { a: "1" } }, at);
      };
      await t.up(program(undefined, "Opaque"));
      const { steps, paths } = await t.preview(program("None", "estate.test/other"));
      expect(steps).toMatchObject({
        web: ["delete-replaced", "replace", "create-replacement"],
        key: ["create-replacement", "replace", "delete-replaced"],
      });
      expect(paths).toMatchObject({ web: ["spec.clusterIP"], key: ["type"] });
    }));

  test("what only the server calls immutable fails the preview, with the field's name", () =>
    within("refused", async (t, namespace) => {
      const program = (controller: string) => async (): Promise<void> => {
        const metadata = { name: `${namespace}-class` };
        new k8s.networking.v1.IngressClass("class", { metadata, spec: { controller } }, provider(on));
      };
      await t.up(program("estate.test/one"));
      expect(await failure(t.preview(program("estate.test/two")))).toMatch(/spec\.controller.*immutable/s);
      await t.destroy();
    }));

  test("a Patch resource owns only its fields, and gives them up when it goes", () =>
    within("patch", async (t, namespace) => {
      const body = { metadata: { name: "s", labels: { theirs: "1" } }, data: { a: "1" } };
      await on.core.createNamespacedConfigMap({ namespace, body });
      const read = (): ReturnType<typeof on.core.readNamespacedConfigMap> =>
        on.core.readNamespacedConfigMap({ name: "s", namespace });
      await t.up(async () => {
        const metadata = { name: "s", namespace, labels: { ours: "1" } };
        new ConfigMapPatch("patch", { metadata, data: { b: "2" } }, provider(on));
      });
      expect((await t.state()).patch?.type).toBe("kubernetes:core/v1:ConfigMapPatch");
      expect((await read()).data).toEqual({ a: "1", b: "2" });
      await t.destroy();
      const left = await read();
      expect([left.data, left.metadata?.labels]).toEqual([{ a: "1" }, { theirs: "1" }]);
    }));
});
