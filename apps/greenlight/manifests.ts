import { digestOf } from "../../stacks/digest.ts";
import { metadataOf as metadataOfApplication } from "../manifests.ts";
import { environmentOf, type Told } from "./environment.ts";
import { app, names, type Part, selectorOf, webPort } from "./names.ts";
import { podOf } from "./pods.ts";
import { alive, ready, started } from "./probes.ts";

/** What Greenlight is made of. */
export interface GreenlightFacts extends Told {
  /** By digest. Changing it migrates the database, then rolls the pods. */
  readonly image: string;
  /** Pods of it. Changed in place; of one alone there is no disruption budget. */
  readonly replicas: number;
  /** Changes with passwords and secrets, which pods read only at their start. */
  readonly revision: string;
}

export function metadataOf(part: Part) {
  return metadataOfApplication(names[part], app);
}

/**
 * The portal. Not by the image's start script, which makes the page's files, makes databases and migrates, in every pod at once: the
 * first is what a container before it does, and the database is the migration's.
 */
export function portal(facts: GreenlightFacts) {
  const { image, replicas, revision, files } = facts;
  const template = podOf({
    ...{ part: "portal", image, revision, environment: environmentOf(facts), claim: files.claim },
    before: { name: "assets", command: ["bundle", "exec", "rails", "assets:precompile"] },
    command: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
    port: { name: "http", containerPort: webPort },
    probes: { startupProbe: started, readinessProbe: ready, livenessProbe: alive },
  });
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const selector = { matchLabels: selectorOf("portal") };
  return { metadata: metadataOf("portal"), spec: { replicas, strategy, revisionHistoryLimit: 3, selector, template } };
}

/**
 * Brings the database to the release of the image, what is in it too (`with_data`), before any pod of it starts. A Job cannot be
 * changed, and runs once: whatever is another in it is another Job, and its name says so. Where nothing is to do, it does nothing.
 */
export function migration(facts: GreenlightFacts) {
  const { image, revision } = facts;
  const { metadata, spec } = podOf({
    ...{ part: "migration", image, revision, environment: environmentOf(facts) },
    command: ["bundle", "exec", "rails", "db:migrate:with_data"],
  });
  const template = { metadata, spec: { ...spec, restartPolicy: "Never" } };
  const { name, ...rest } = metadataOf("migration");
  return {
    metadata: { name: `${name}-${digestOf(template)}`, ...rest },
    spec: { backoffLimit: 3, activeDeadlineSeconds: 1800, template },
  };
}

export function service() {
  const ports = [{ name: "http", port: webPort, targetPort: "http", protocol: "TCP" }];
  return { metadata: metadataOf("portal"), spec: { type: "ClusterIP", selector: selectorOf("portal"), ports } };
}

/** One may leave at a time. A single pod has none: its host could not be drained. */
export function disruptionBudget() {
  return {
    metadata: metadataOf("portal"),
    spec: {
      ...{ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      selector: { matchLabels: selectorOf("portal") },
    },
  };
}
