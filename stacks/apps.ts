import * as kubernetes from "@pulumi/kubernetes";
import { Hello } from "../apps/hello/hello.ts";
import type { Cluster } from "./cluster.ts";
import { environment } from "./environment.ts";
import { versions } from "./versions.ts";

/** Layer 3: what runs on the orchestrator. */
export function buildApps({ orchestrator, workers }: Cluster): void {
  const { provider } = orchestrator;
  const metadata = { name: environment.namespace };
  const namespace = new kubernetes.core.v1.Namespace("estate", { metadata }, { provider });
  new Hello(
    "hello",
    { namespace: namespace.metadata.name, image: versions.hello, after: workers },
    { providers: { kubernetes: provider } },
  );
}
