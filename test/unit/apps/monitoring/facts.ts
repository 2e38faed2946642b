import { type MonitoringFacts, monitoringFacts } from "../../../../apps/monitoring/facts.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate } from "../../stacks/fixtures.ts";
import { processExporterImage, withScalelite } from "../documents.ts";

/** Gives a document monitoring on the first worker, with process-exporter, TURN servers, Scalelite and all that it watches. */
// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
export function withMonitoring(document: any, settings: object = {}) {
  withScalelite(document, { settings: { recordings: { claim: "recordings" } } });
  const image = `registry.example.org/estate:1@sha256:${"0".repeat(64)}`;
  document.roles.worker.volumes.monitoring = { sizeGiB: 20, path: "/var/lib/monitoring" };
  document.roles.turn = { flavor: "m1.small", publicAddress: true, count: 2 };
  Object.assign(document.apps, {
    ...{ registrator: { image }, coturn: {}, feedback: {} },
    monitoring: { host: "worker-01", processExporter: { image: processExporterImage }, ...settings },
  });
}

/** What is derived of it. */
export function derived(): MonitoringFacts {
  return monitoringFacts(deriveFacts(estate(withMonitoring)), { scrapeSeconds: 30, leastBbb: "3.0.35" });
}
