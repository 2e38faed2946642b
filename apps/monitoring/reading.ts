import { metadataOf } from "../manifests.ts";
import { app } from "./names.ts";
import type { PodJob } from "./targets.ts";

/** The name of the Service by which Prometheus finds the pods of a job, and of that in the orchestrator's DNS. */
export function readName({ name }: Pick<PodJob, "name">): string {
  return `${app}-read-${name}`;
}

/**
 * Service without an address: its name leads to every pod of the job, to those that are not ready too. So Prometheus finds pods by the
 * orchestrator's DNS as they come and go, and needs no right at its API.
 */
export function readService(job: PodJob) {
  const { name, number: port } = job.port;
  return {
    metadata: metadataOf(readName(job), app),
    spec: {
      ...{ clusterIP: "None", publishNotReadyAddresses: true, selector: job.selector },
      ports: [{ name, port, targetPort: name, protocol: "TCP" }],
    },
  };
}
