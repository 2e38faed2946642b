import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { operatorNetworks } from "../addresses.ts";
import { connect } from "../openstack-client/client.ts";
import { parseCloud } from "../openstack-client/clouds.ts";
import type { Stack } from "../stack.ts";
import { ensureZones } from "./aggregates.ts";
import { catalog, registerServices } from "./catalog.ts";
import { ensureAuthority } from "./certificates.ts";
import { cloudsYaml } from "./clouds.ts";
import { poolsYaml } from "./designate.ts";
import { type CloudFacts, cloudFacts, configuration, identityUrl, region } from "./facts.ts";
import { configurationFiles, fingerprint, stateFolders, writePrivately } from "./files.ts";
import { ensureFlavors, flavors } from "./flavors.ts";
import { ensureImage, imageName } from "./image.ts";
import { manage } from "./manage.ts";
import { ensureOperatorNetworks } from "./operator-networks.ts";
import { ensureApplicationCredential, ensureProject, estateProject, grantLoadBalancerAdmin, roles } from "./project.ts";
import { limitProject, quotas } from "./quotas.ts";
import { readSecrets } from "./secrets.ts";
import { plantDatabases, seedKey, updateTables } from "./seed.ts";
import { databaseServer, foundation, identity, services } from "./services.ts";
import { type Steps, stepsIn } from "./steps.ts";
import { volumesHavePlace } from "./volume-pools.ts";
import { ensureVolumeType } from "./volume-type.ts";
import { zones } from "./zones.ts";

/**
 * Starts OpenStack inside the stack's namespaces and resolves when all of it answers, with everything an estate expects of
 * a cloud, and `<data>/openstack/clouds.yaml` to reach it.
 *
 * It can be killed at any moment: what is done once is remembered when it is done, and each such step can be done again.
 */
export async function startOpenstack(stack: Stack): Promise<void> {
  const facts = cloudFacts(stack.data, stack.python, await readSecrets(stack.data));
  const steps = stepsIn(join(facts.folder, "steps"));
  const { supervisor, say } = stack;
  await writePrivately(configurationFiles(facts));
  await copyExamples(facts);
  await ensureAuthority(facts);
  for (const folder of stateFolders(facts)) await mkdir(folder, { recursive: true, mode: 0o700 });
  await plantDatabases(stack, facts);

  // without an application credential yet: only the admin's part of it is read here
  const cloud = parseCloud(cloudsYaml(facts, ""), "admin");
  const admin = connect(cloud);
  const catalogKey = fingerprint(JSON.stringify(catalog(facts)));
  const known = (await steps.done("catalog")) === catalogKey;
  say(`OpenStack: starting ${known ? "its services" : "its databases"}`);
  // what goes wrong with it is heard below, where it is awaited
  const foundationReady = heardLater(supervisor.start(foundation(facts)));
  await supervisor.start([databaseServer(facts)]);
  await prepareTables(stack, facts, steps);
  await bootstrap(stack, facts, steps);
  const identified = heardLater(supervisor.start(identity(facts)));
  if (!known) {
    // the others find neither their users nor each other before this
    await identified;
    await steps.once("catalog", catalogKey, () => registerServices(admin, facts));
    say("OpenStack: starting nova, neutron, cinder, glance, designate and octavia");
  }
  await Promise.all([foundationReady, identified, supervisor.start(services(facts))]);
  say("OpenStack: making the project, flavors, zones, image and networks");
  // a login of its own: the catalog of the first one is from before the services were in it
  await furnish(stack, facts, steps, { admin: connect(cloud), cloud });
}

/** Designate looks for the description of its API beside its configuration, and nowhere else. */
async function copyExamples(facts: CloudFacts): Promise<void> {
  const file = "designate/api-paste.ini";
  await copyFile(join(facts.environment, "etc", file), configuration(facts, file));
}

function heardLater(work: Promise<void>): Promise<void> {
  work.catch(() => undefined);
  return work;
}

async function prepareTables(stack: Stack, facts: CloudFacts, steps: Steps): Promise<void> {
  const key = await seedKey(facts);
  // a new stack was planted with the tables of this key
  const known = await steps.done("tables");
  await steps.once("tables", key, async () => {
    if (known !== undefined) await updateTables(stack, facts);
  });
}

async function bootstrap(stack: Stack, facts: CloudFacts, steps: Steps): Promise<void> {
  const addresses = ["public", "internal", "admin"].flatMap((side) => [`--bootstrap-${side}-url`, identityUrl(facts)]);
  const args = ["--config-file", `${configuration(facts, "keystone")}/keystone.conf`, "bootstrap"];
  await steps.once("bootstrap", fingerprint(facts.secrets.admin, identityUrl(facts)), async () => {
    stack.say("OpenStack: making its first user");
    await manage(stack, facts, {
      program: "keystone-manage",
      args: [...args, "--bootstrap-region-id", region, ...addresses],
      // not on the command line, which every process can read
      environment: { OS_BOOTSTRAP_PASSWORD: facts.secrets.admin },
    });
  });
}

type Admin = { readonly admin: ReturnType<typeof connect>; readonly cloud: ReturnType<typeof parseCloud> };

async function furnish(stack: Stack, facts: CloudFacts, steps: Steps, { admin, cloud }: Admin): Promise<void> {
  const pools = `${configuration(facts, "designate")}/pools.yaml`;
  const designate = ["--config-file", `${configuration(facts, "designate")}/designate.conf`];
  const nova = ["--config-file", `${configuration(facts, "nova")}/nova.conf`];
  // Neutron reads its policy at its first request, and refuses a second one that comes meanwhile.
  await admin.list("network", "/v2.0/networks", "networks");
  await Promise.all([
    steps.once("designate-pool", fingerprint(poolsYaml(facts)), async () => {
      await manage(stack, facts, {
        program: "designate-manage",
        args: [...designate, "pool", "update", "--file", pools],
      });
    }),
    steps.once("zones", fingerprint(JSON.stringify(zones)), async () => {
      await manage(stack, facts, { program: "nova-manage", args: [...nova, "cell_v2", "discover_hosts"] });
      await ensureZones(admin);
    }),
    steps.once("flavors", fingerprint(JSON.stringify(flavors)), () => ensureFlavors(admin)),
    steps.once("operator-networks", fingerprint(JSON.stringify(operatorNetworks)), () => ensureOperatorNetworks(admin)),
    steps.once("image", imageName, () => ensureImage(admin, cloud, facts)),
    steps.once("volume-type", "1", () => ensureVolumeType(admin)),
    volumesHavePlace(admin),
    steps.once("project", fingerprint(JSON.stringify([quotas, roles])), async () => {
      await grantLoadBalancerAdmin(admin);
      const { project, user } = await ensureProject(admin, { name: estateProject, password: facts.secrets.estate });
      await limitProject(admin, project.id);
      const credential = await ensureApplicationCredential(facts, user);
      await writePrivately({ [join(facts.folder, "clouds.yaml")]: cloudsYaml(facts, credential) });
    }),
  ]);
}
