import * as pulumi from "@pulumi/pulumi";
import { type Recorded, readRecorded } from "../components/recorded.ts";
import { buildApps, loadBuilds } from "./apps.ts";
import { buildBase, heldOrRefused } from "./base.ts";
import { buildCluster } from "./cluster.ts";
import { deriveFacts, type EstateFacts } from "./facts.ts";
import { buildFoundation, openCloud } from "./foundation.ts";
import { loadConfiguration } from "./load.ts";
import { publishFacts, publishHosts } from "./outputs.ts";
import { checkPublished } from "./published.ts";
import { baseDigest, PublishedBase, publishBase, readBase } from "./publishedBase.ts";
import type { Estate } from "./schema.ts";
import { withoutStackTraces } from "./stackTraces.ts";
import { keptImages, keptRules, takenFromUnder, usedBy } from "./standing.ts";

/** Of what has a stack's outputs. */
const stackType = "pulumi:pulumi:Stack";

/** The whole estate, or all of it but its base, where the configuration names another stack for that. */
export async function buildEstate() {
  const { estate, secrets, authorities, appSecrets, registryPasswords, base } = loadConfiguration();
  const estateFacts = deriveFacts(estate);
  const recorded = await readRecorded();
  const builds = await loadBuilds(estateFacts.apps);
  const below = base === undefined ? heldOrRefused(estateFacts, recorded) : await readBase(base, estateFacts);
  const { foundation, cluster, apps } = withoutStackTraces(() => {
    const foundation = buildFoundation(estateFacts, secrets, below);
    const cluster = buildCluster(estateFacts, { secrets, authorities }, foundation, recorded);
    const apps = buildApps(estateFacts, builds, { foundation, cluster, secrets: appSecrets, registryPasswords });
    return { foundation, cluster, apps };
  });
  const hosts = publishHosts(estateFacts, foundation);
  return {
    name: pulumi.getStack(),
    outputs: {
      ...(base === undefined ? {} : { builtOn: afterAll(cluster.gates, baseDigest(estateFacts)) }),
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

/** A value that is only said when these are done. */
function afterAll<Value>(resources: readonly pulumi.Resource[], value: Value): pulumi.Output<Value> {
  return pulumi.all(resources.map(({ urn }) => urn)).apply(() => value) as pulumi.Output<Value>;
}

/** The base alone, of the estate whose servers another stack has. */
export async function buildBaseOf({ of, estate }: { readonly of: string; readonly estate: Estate }) {
  const facts = deriveFacts(estate);
  const recorded = await readRecorded();
  const held = { ...heldOrRefused(facts, recorded), ...(await keptOrRefused(facts, recorded, of)) };
  const { openstack, base } = withoutStackTraces(() => {
    const openstack = openCloud();
    return { openstack, base: buildBase(facts, held, { providers: { openstack } }) };
  });
  return {
    name: pulumi.getStack(),
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

/**
 * What stays for servers that stand, though the document no longer has it.
 *
 * @throws pulumi.RunError with all that would be taken from under them: before anything is registered, and so without any change
 */
async function keptOrRefused(facts: EstateFacts, recorded: Recorded | undefined, of: string) {
  // it starts a program: an estate that is one stack need not load what does
  const { readExported } = await import("./exported.ts");
  const servers = await readExported(of);
  const used = usedBy(servers);
  if (used.size === 0) return {};
  const said = recorded?.outputs(stackType, `${pulumi.getProject()}-${pulumi.getStack()}`).base;
  if (said === undefined)
    throw new pulumi.RunError(
      `The stack ${of} has servers, and nobody says what of this stack they stand on, so nothing is changed: see that 'pulumi stack output base' shows it ('estate state' has backups of the state).`,
    );
  const before = checkPublished(PublishedBase, pulumi.getStack(), said);
  const { builtOn } = servers.outputs(stackType, `${pulumi.getProject()}-${of}`);
  const taken = takenFromUnder(facts, before, used, { of, builtOn });
  if (taken.length > 0)
    throw new pulumi.RunError(["Servers would lose what they stand on, so nothing is changed:", ...taken].join("\n  "));
  const rules = keptRules(facts, before, builtOn);
  if (rules.length > 0)
    await pulumi.log.warn(
      `Open as before for servers of an older document, until 'pulumi up --stack ${of}' and then this: ${rules.map(({ key }) => key).join(", ")}`,
    );
  return { keptImages: keptImages(facts, before, used), keptRules: rules };
}
