import * as pulumi from "@pulumi/pulumi";
import { type Recorded, readRecorded } from "../components/recorded.ts";
import { buildApps, loadBuilds } from "./apps.ts";
import { buildBase, heldOrRefused } from "./base.ts";
import { buildCluster } from "./cluster.ts";
import { readExported } from "./exported.ts";
import { deriveFacts, type EstateFacts } from "./facts.ts";
import { buildFoundation, openCloud } from "./foundation.ts";
import { loadConfiguration } from "./load.ts";
import { publishFacts, publishHosts } from "./outputs.ts";
import { checkPublished } from "./published.ts";
import { PublishedBase, publishBase, readBase } from "./publishedBase.ts";
import type { Estate } from "./schema.ts";
import { withoutStackTraces } from "./stackTraces.ts";
import { keptImages, takenFromUnder, usedBy } from "./standing.ts";

/** The whole estate, or all of it but its base, where the configuration names another stack for that. */
export async function buildEstate() {
  const { estate, secrets, authorities, appSecrets, base } = loadConfiguration();
  const estateFacts = deriveFacts(estate);
  const recorded = await readRecorded();
  const builds = await loadBuilds(estateFacts.apps);
  const below = base === undefined ? heldOrRefused(estateFacts, recorded) : await readBase(base, estateFacts);
  const { foundation, cluster, apps } = withoutStackTraces(() => {
    const foundation = buildFoundation(estateFacts, secrets, below);
    const cluster = buildCluster(estateFacts, { secrets, authorities }, foundation, recorded);
    const apps = buildApps(estateFacts, builds, { foundation, cluster, secrets: appSecrets });
    return { foundation, cluster, apps };
  });
  const hosts = publishHosts(estateFacts, foundation);
  return {
    outputs: {
      /** Every host: role, names, addresses. */
      hosts,
      /** What other stacks consume. */
      facts: publishFacts(estateFacts, hosts, apps),
      /** For the operator; secret. */
      kubeconfig: cluster.orchestrator.kubeconfig,
    },
    providers: { openstack: foundation.provider, kubernetes: cluster.orchestrator.provider },
  };
}

/** The base alone, of the estate whose servers another stack has. */
export async function buildBaseOf({ of, estate }: { readonly of: string; readonly estate: Estate }) {
  const facts = deriveFacts(estate);
  const recorded = await readRecorded();
  const held = { ...heldOrRefused(facts, recorded), keptImages: await keptOrRefused(facts, recorded, of) };
  const { openstack, base } = withoutStackTraces(() => {
    const openstack = openCloud();
    return { openstack, base: buildBase(facts, held, { providers: { openstack } }) };
  });
  return {
    outputs: {
      /** What the stack of the servers builds on. */
      base: publishBase(facts, base),
    },
    providers: {
      openstack,
      get kubernetes(): never {
        throw new pulumi.RunError(`The base has no orchestrator: what is for it belongs into the stack ${of}.`);
      },
    },
  };
}

/** @throws pulumi.RunError with all that would be taken from under servers: before anything is registered, and so without any change */
async function keptOrRefused(facts: EstateFacts, recorded: Recorded | undefined, of: string) {
  const own = `${pulumi.getProject()}-${pulumi.getStack()}`;
  const said = recorded?.outputs("pulumi:pulumi:Stack", own).base;
  if (said === undefined) return [];
  const before = checkPublished(PublishedBase, pulumi.getStack(), said);
  const used = usedBy(await readExported(of));
  const taken = takenFromUnder(facts, before, used, of);
  if (taken.length > 0)
    throw new pulumi.RunError(["Servers would lose what they stand on, so nothing is changed:", ...taken].join("\n  "));
  return keptImages(facts, before, used);
}
