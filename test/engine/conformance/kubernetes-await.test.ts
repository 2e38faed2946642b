/**
 * How the kubernetes plugin waits, and what it says when waiting is in vain: one promise a test. What the cluster's
 * nodes run is of no matter: pods that shall not run ask for a node that is not there.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as k8s from "@pulumi/kubernetes";
import { beforeAll, describe, expect, test } from "vitest";
import { deployment, inNamespace, type Orchestrator, orchestrator, provider } from "./orchestrator.ts";
import { failure, type Trial, trial } from "./trial.ts";

let on: Orchestrator;
beforeAll(async () => {
  on = await orchestrator();
});

const within = (name: string, body: (t: Trial, namespace: string) => Promise<void>): Promise<void> =>
  trial(name, (t) => inNamespace(on, (namespace) => body(t, namespace)));

const { ConfigMap } = k8s.core.v1;
const { Deployment } = k8s.apps.v1;
const soon = (seconds: number): Record<string, string> => ({ "pulumi.com/timeoutSeconds": String(seconds) });

describe.concurrent("waiting", () => {
  test("a Deployment is waited for until its pods are available, and a Service until it has one of them", () =>
    within("rollout", async (t, namespace) => {
      await t.up(async () => {
        const at = provider(on);
        new Deployment("web", deployment(namespace, 2), at);
        const spec = { selector: { app: "web" }, ports: [{ port: 80 }] };
        new k8s.core.v1.Service("web-service", { metadata: { namespace }, spec }, at);
      });
      const { web } = await t.state();
      expect(web?.initErrors).toBeUndefined();
      expect(web?.outputs?.status).toMatchObject({ availableReplicas: 2, readyReplicas: 2 });
    }));

  test("a Deployment that does not come up fails with counts and the pods' reason, and stays in the state", () =>
    within("stuck", async (t, namespace) => {
      const program = async (): Promise<void> => {
        new Deployment("web", deployment(namespace, 2, { nowhere: true, annotations: soon(3) }), provider(on));
      };
      const error = await failure(t.up(program));
      expect(error).toMatch(/failed to fully initialize or become live/);
      expect(error).toMatch(/nodes are available/);
      const { web } = await t.state();
      expect(web?.id).toMatch(new RegExp(`^${namespace}/web-`));
      expect(web?.initErrors?.length).toBeGreaterThan(0);
      // the next update comes back to it, and succeeds once the cause is gone
      await t.up(async () => {
        new Deployment("web", deployment(namespace, 2, { annotations: soon(60) }), provider(on));
      });
      const after = (await t.state()).web;
      expect([after?.id, after?.initErrors]).toEqual([web?.id, undefined]);
    }));

  test("an object that was not ready is waited for again by the next update, though nothing changed", () =>
    within("again", async (t, namespace) => {
      const program = async (): Promise<void> => {
        new Deployment("web", deployment(namespace, 1, { nowhere: true, annotations: soon(2) }), provider(on));
      };
      await failure(t.up(program));
      expect(await failure(t.up(program))).toMatch(/nodes are available/);
    }));

  test("pulumi.com/skipAwait does not wait", () =>
    within("skip", async (t, namespace) => {
      await t.up(async () => {
        const annotations = { "pulumi.com/skipAwait": "true" };
        new Deployment("web", deployment(namespace, 1, { nowhere: true, annotations }), provider(on));
      });
      expect((await t.state()).web?.initErrors).toBeUndefined();
    }));

  test("customTimeouts bound the wait", () =>
    within("custom", async (t, namespace) => {
      const started = Date.now();
      await failure(
        t.up(async () => {
          const options = { ...provider(on), customTimeouts: { create: "2s" } };
          new Deployment("web", deployment(namespace, 1, { nowhere: true }), options);
        }),
      );
      expect(Date.now() - started).toBeLessThan(60_000);
    }));

  test("pulumi.com/waitFor waits for a JSONPath or a condition of any kind", () =>
    within("waitfor", async (t, namespace) => {
      const program = (expression: string) => async (): Promise<void> => {
        const annotations = { "pulumi.com/waitFor": expression, ...soon(3) };
        new ConfigMap(
          "it",
          { metadata: { name: "it", namespace, annotations }, data: { phase: "done" } },
          provider(on),
        );
      };
      await t.up(program("jsonpath={.data.phase}=done"));
      expect(await failure(t.up(program("jsonpath={.data.phase}=other")))).toMatch(/it/);
      expect((await t.state()).it?.initErrors?.length).toBeGreaterThan(0);
    }));

  test("an interrupted update ends its wait at once and keeps the object", () =>
    within("interrupt", async (t, namespace) => {
      const abort = new AbortController();
      const ended = failure(
        t.up(async () => {
          new Deployment("web", deployment(namespace, 1, { nowhere: true }), provider(on));
        }, abort.signal),
      );
      while ((await on.apps.listNamespacedDeployment({ namespace })).items.length === 0) await sleep(200);
      const interrupted = Date.now();
      abort.abort();
      await ended;
      expect(Date.now() - interrupted).toBeLessThan(60_000);
      expect((await t.state()).web?.id).toMatch(new RegExp(`^${namespace}/web-`));
    }));

  test("a Job is waited for until it is done, and one that fails fails the update", () =>
    within("job", async (t, namespace) => {
      const job = (name: string, activeDeadlineSeconds: number | undefined, nodeSelector?: Record<string, string>) => ({
        metadata: { name, namespace, annotations: soon(60) },
        spec: {
          activeDeadlineSeconds,
          template: {
            spec: { restartPolicy: "Never", nodeSelector, containers: [{ name: "x", image: "x.invalid/x" }] },
          },
        },
      });
      const error = await failure(
        t.up(async () => {
          const at = provider(on);
          new k8s.batch.v1.Job("good", job("good", undefined), at);
          new k8s.batch.v1.Job("bad", job("bad", 1, { "estate.test/nowhere": "true" }), at);
        }),
      );
      expect(error).toMatch(/DeadlineExceeded/);
      const { good, bad } = await t.state();
      expect(good?.outputs?.status).toMatchObject({ succeeded: 1 });
      expect([good?.initErrors, bad?.initErrors?.length]).toEqual([undefined, 1]);
    }));
});

describe.concurrent("deletion", () => {
  test("waits until the object is gone, and says what keeps it", () =>
    within("held", async (t, namespace) => {
      await t.up(async () => {
        const metadata = { name: "held", namespace, finalizers: ["estate.test/hold"], annotations: soon(2) };
        new ConfigMap("held", { metadata }, provider(on));
      });
      expect(await failure(t.destroy())).toMatch(/Timed out waiting for deletion|finalizers/);
      expect((await t.state()).held).toBeDefined();
      const body = [{ op: "remove", path: "/metadata/finalizers" }];
      await on.core.patchNamespacedConfigMap({ name: "held", namespace, body });
      await t.destroy();
      expect((await t.state()).held).toBeUndefined();
    }));

  test("a Namespace goes with all that is in it before the deletion ends", () =>
    trial("namespace", async (t) => {
      await t.up(async () => {
        const at = provider(on);
        const space = new k8s.core.v1.Namespace("space", {}, at);
        new ConfigMap("inside", { metadata: { namespace: space.metadata.name } }, at);
      });
      const name = String((await t.state()).space?.id);
      await t.destroy();
      await expect(on.core.readNamespace({ name })).rejects.toThrow(/404/);
    }));
});
