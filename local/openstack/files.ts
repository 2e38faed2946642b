import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { namedConf, rndcConf, rndcKey } from "./bind.ts";
import { cinderConf } from "./cinder.ts";
import { designateConf, poolsYaml } from "./designate.ts";
import { type CloudFacts, configuration, state } from "./facts.ts";
import { glanceConf } from "./glance.ts";
import { keyFiles, keyFolders, keystoneConf } from "./keystone.ts";
import { mariadbConf } from "./mariadb.ts";
import { ml2Conf, neutronConf } from "./neutron.ts";
import { hypervisorConf, novaConf } from "./nova.ts";
import { octaviaConf } from "./octavia.ts";
import { placementConf } from "./placement.ts";
import { rabbitmqConf } from "./rabbitmq.ts";
import { hypervisors } from "./zones.ts";

/** Every configuration file of the cloud, by path, but for the certificates of Octavia. */
export function configurationFiles(facts: CloudFacts): Record<string, string> {
  const at = (service: string, file: string) => `${configuration(facts, service)}/${file}`;
  const keys = keyFolders(facts);
  return {
    [at("mariadb", "my.cnf")]: mariadbConf({ folder: state(facts, "mariadb"), run: facts.run }),
    [at("rabbitmq", "rabbitmq.conf")]: rabbitmqConf(facts),
    [at("bind", "named.conf")]: namedConf(facts),
    [at("bind", "rndc.conf")]: rndcConf(facts),
    [at("bind", "rndc.key")]: rndcKey(facts),
    [at("keystone", "keystone.conf")]: keystoneConf(facts),
    ...keyFiles(keys.fernet, facts.secrets.fernet),
    ...keyFiles(keys.credential, facts.secrets.credential),
    [at("glance", "glance-api.conf")]: glanceConf(facts),
    [at("placement", "placement.conf")]: placementConf(facts),
    [at("nova", "nova.conf")]: novaConf(facts),
    ...Object.fromEntries(hypervisors.map((name) => [at("nova", `${name}.conf`), hypervisorConf(facts, name)])),
    [at("neutron", "neutron.conf")]: neutronConf(facts),
    [at("neutron", "ml2_conf.ini")]: ml2Conf(),
    [at("cinder", "cinder.conf")]: cinderConf(facts),
    [at("designate", "designate.conf")]: designateConf(facts),
    [at("designate", "pools.yaml")]: poolsYaml(facts),
    [at("octavia", "octavia.conf")]: octaviaConf(facts),
  };
}

/** The folders the services expect to be there. */
export function stateFolders(facts: CloudFacts): string[] {
  return [
    ...["bind", "keystone", "placement", "neutron", "cinder", "designate", "octavia", "locks"],
    ...["glance/images", "glance/tasks", "glance/staging"],
    ...["nova", ...hypervisors.map((name) => `nova/${name}`)],
  ].map((folder) => state(facts, folder));
}

/** Writes files whole, each readable by its owner only. */
export async function writePrivately(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const unfinished = `${file}.unfinished`;
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, file);
  }
}

/** Changes when a file does. */
export function fingerprint(...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest("hex").slice(0, 16);
}
