/** The Kubernetes API the suite works on: a provider for programs, a client for hand-made changes, a namespace a test. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { AppsV1Api, CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface Orchestrator {
  readonly kubeconfig: string;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly custom: CustomObjectsApi;
}

/** The API server `ESTATE_TEST_KUBECONFIG` leads to. */
export async function orchestrator(): Promise<Orchestrator> {
  const path = process.env.ESTATE_TEST_KUBECONFIG;
  if (!path) throw new Error("ESTATE_TEST_KUBECONFIG must name the kubeconfig of a cluster the suite may write to");
  const kubeconfig = await readFile(path, "utf8");
  const client = new KubeConfig();
  client.loadFromString(kubeconfig);
  return {
    kubeconfig,
    core: client.makeApiClient(CoreV1Api),
    apps: client.makeApiClient(AppsV1Api),
    custom: client.makeApiClient(CustomObjectsApi),
  };
}

/** Runs a test with a namespace of its own, which goes afterwards with all that is in it. */
export async function inNamespace(on: Orchestrator, test: (namespace: string) => Promise<void>): Promise<void> {
  const name = `conformance-${randomBytes(4).toString("hex")}`;
  await on.core.createNamespace({ body: { metadata: { name } } });
  try {
    await test(name);
  } finally {
    await on.core.deleteNamespace({ name });
  }
}

/** Options that put a resource on the orchestrator. Call it inside a program. */
export function provider(on: Orchestrator, args: k8s.ProviderArgs = {}): pulumi.CustomResourceOptions {
  return { provider: new k8s.Provider("cluster", { kubeconfig: on.kubeconfig, ...args }) };
}

/** A Deployment of one container that the cluster's nodes can run, or that no node will take. */
export function deployment(
  namespace: string,
  replicas: number,
  more: { readonly nowhere?: boolean; readonly annotations?: Record<string, string> } = {},
): k8s.apps.v1.DeploymentArgs {
  const labels = { app: "web" };
  return {
    metadata: { namespace, annotations: more.annotations },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: "web", image: "registry.invalid/web:1" }],
          ...(more.nowhere ? { nodeSelector: { "estate.test/nowhere": "true" } } : {}),
        },
      },
    },
  };
}
