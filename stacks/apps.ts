import * as kubernetes from "@pulumi/kubernetes";
import { Hello } from "../apps/hello/hello.ts";
import type { Orchestrator } from "../components/orchestrator.ts";
import { versions } from "./versions.ts";

/** Layer 3: what runs on the orchestrator. */
export function buildApps(orchestrator: Orchestrator): void {
  const { provider } = orchestrator;
  const namespace = new kubernetes.core.v1.Namespace("estate", { metadata: { name: "estate" } }, { provider });
  new Hello(
    "hello",
    { namespace: namespace.metadata.name, image: versions.hello },
    { providers: { kubernetes: provider } },
  );
}
