import { readRecorded } from "./components/recorded.ts";
import { buildApps, loadBuilds } from "./stacks/apps.ts";
import { buildCluster } from "./stacks/cluster.ts";
import { deriveFacts } from "./stacks/facts.ts";
import { buildFoundation } from "./stacks/foundation.ts";
import { loadConfiguration } from "./stacks/load.ts";
import { publishFacts, publishHosts } from "./stacks/outputs.ts";
import { withoutSourceMaps, withoutStackTraces } from "./stacks/stackTraces.ts";

withoutSourceMaps();
const { estate, secrets, appSecrets } = loadConfiguration();
const estateFacts = deriveFacts(estate);
const recorded = await readRecorded();
const builds = await loadBuilds(estateFacts.apps);

const { foundation, cluster, apps } = withoutStackTraces(() => {
  const foundation = buildFoundation(estateFacts, secrets, recorded);
  const cluster = buildCluster(estateFacts, secrets, foundation, recorded);
  const apps = buildApps(estateFacts, builds, { foundation, cluster, secrets: appSecrets });
  return { foundation, cluster, apps };
});

/** Every host: role, names, addresses. */
export const hosts = publishHosts(estateFacts, foundation);
/** What other stacks consume. */
export const facts = publishFacts(estateFacts, hosts, apps);
/** For the operator; secret. */
export const kubeconfig = cluster.orchestrator.kubeconfig;
