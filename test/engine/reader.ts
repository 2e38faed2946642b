/** Who may only look: at the cloud with a credential of the role reader, at the orchestrator with the account of the scheduled check. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { parse, parseAllDocuments, stringify } from "yaml";
import { hostsRunning } from "../../apps/hosts.ts";
import { readFacts } from "../../cli/check/document.ts";
import { renderCronJob } from "../../cli/drift/schedule/cron-job.ts";
import { region } from "../../local/openstack/facts.ts";
import { estateProject } from "../../local/openstack/project.ts";
import { readSecrets } from "../../local/openstack/secrets.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { parseCloud } from "../../local/openstack-client/clouds.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { here, kubectl, run } from "./estate.ts";

/** The account of the scheduled check, its namespace, and its credential. */
const name = "estate-drift";
/** Nobody pulls it: the check runs beside, with this account. */
const image = `registry.example.org/estate@sha256:${"ab".repeat(32)}`;

interface List<Item> {
  readonly items: readonly Item[];
}

export interface Reader {
  /** What `estate drift` reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  /** The server of the orchestrator that has the check's volume, and the host that a run of the check was put on. */
  readonly host: string;
  readonly node: string;
  /** Claims of the check that no volume is bound to. */
  readonly unbound: readonly string[];
  /** Takes the credential and the account away. */
  forget(): Promise<void>;
}

/** @param folder for its kubeconfig */
export async function newReader(folder: string): Promise<Reader> {
  await forget();
  const [host] = hostsRunning(await readFacts(here.stack), "orchestrator");
  if (!host) throw new Error("the estate has no server of the orchestrator");
  await install(host);
  const token = await run("kubectl", "create", "token", name, "--namespace", name);
  const kubeconfig = join(folder, "reader-kubeconfig");
  const config = parse(await readFile(join(here.data, "kubeconfig"), "utf8"));
  for (const one of config.users) one.user = { token };
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  const { environment, remove } = await credential();
  return {
    environment: { ...environment, ESTATE_DRIFT_KUBECONFIG: kubeconfig },
    kubeconfig,
    host: host.name,
    node: await nodeOfRun(),
    unbound: await unboundClaims(),
    forget: async () => {
      await remove();
      await forget();
    },
  };
}

/**
 * Every manifest of the check, as the API takes it. No volume of the document is there for its history: what the API knows of one is a
 * path on that host, which it does not look at. Nobody starts the check by the clock meanwhile.
 */
async function install(host: HostFacts): Promise<void> {
  const history = { host, volume: { path: "/var/lib/drift", sizeGiB: 1 } };
  const text = renderCronJob({ stack: here.stack, image, history, reach: { out: [], into: [], unknown: [] } });
  const all = parseAllDocuments(text).flatMap(
    (document) => (document.toJS() as { readonly kind: string } | null) ?? [],
  );
  const input = all.map((one) => stringify(one.kind === "CronJob" ? suspended(one) : one)).join("---\n");
  const applied = await execa("kubectl", ["apply", "--server-side", "--filename", "-"], { input, all: true });
  const taken = applied.all.split("\n").filter((line) => line.endsWith("serverside-applied"));
  if (taken.length !== all.length) throw new Error(`not all of ${all.length} manifests were taken: ${applied.all}`);
}

function suspended(cronJob: object): object {
  const { spec, ...others } = cronJob as { readonly spec: object };
  return { ...others, spec: { ...spec, suspend: true } };
}

/** Runs the check as the clock would, and gives the host that its pod was put on: the scheduler knows taints, labels and volumes. */
async function nodeOfRun(): Promise<string> {
  await run("kubectl", "create", "job", name, "--from", `cronjob/${name}`, "--namespace", name);
  const selector = ["--namespace", name, "--selector", `job-name=${name}`];
  for (let tries = 0; tries < 120; tries += 1) {
    const pods = await kubectl<List<{ spec: { nodeName?: string } }>>("get", "pods", ...selector);
    const [node] = pods.items.flatMap(({ spec }) => spec.nodeName ?? []);
    if (node) return node;
    await sleep(500);
  }
  throw new Error(`no host takes the check's pod: ${await describe()}`);
}

async function unboundClaims(): Promise<string[]> {
  const claims = await kubectl<List<{ metadata: { name: string }; status: { phase: string } }>>(
    ...(["get", "persistentvolumeclaims", "--namespace", name] as const),
  );
  if (claims.items.length === 0) throw new Error("the check has no claim");
  return claims.items.filter(({ status }) => status.phase !== "Bound").map(({ metadata }) => metadata.name);
}

/**
 * What is in the namespace goes with it; the volume can go when its claim did.
 *
 * @throws Error which says what keeps the namespace, after three minutes
 */
async function forget(): Promise<void> {
  const gone = ["--ignore-not-found", "--timeout", "3m"];
  await run("kubectl", "delete", "namespace,clusterrole,clusterrolebinding", name, ...gone).catch(async (error) => {
    const left = await run("kubectl", "get", "namespace", name, "--output", "jsonpath={.status.conditions}");
    throw new Error(`the namespace does not go: ${left}\n${await describe()}`, { cause: error });
  });
  await run("kubectl", "delete", "persistentvolume", `${name}-history`, ...gone);
}

/** The check's pods and jobs as they are, for who has to say why one is not as it should be. */
const describe = () => run("kubectl", "describe", "pods,jobs,persistentvolumeclaims", "--namespace", name);

/** As `openstack application credential create --role reader` makes it. Only its user can, and that one's id is the cloud's to tell. */
async function credential() {
  const text = await readFile(join(here.data, "openstack", "clouds.yaml"), "utf8");
  const admin = parseCloud(text, "admin");
  const users = await connect(admin).list<{ id: string; name: string }>("identity", "/v3/users", "users");
  const domain = { id: "default" };
  const { estate: password } = await readSecrets(here.data);
  const openstack = connect({
    ...admin,
    credentials: {
      ...{ kind: "password", username: estateProject, password },
      ...{ userDomain: domain, project: { name: estateProject, domain } },
    },
  });
  const path = `/v3/users/${users.find((one) => one.name === estateProject)?.id}/application_credentials`;
  const body = { application_credential: { name, roles: [{ name: "reader" }] } };
  const made = await openstack.request<{ application_credential: { id: string; secret: string } }>(
    ...(["POST", "identity", path] as const),
    { body },
  );
  const { id, secret } = made.application_credential;
  return {
    environment: {
      ...{ OS_CLOUD: "", OS_AUTH_URL: admin.authUrl, OS_REGION_NAME: region, OS_AUTH_TYPE: "v3applicationcredential" },
      ...{ OS_APPLICATION_CREDENTIAL_ID: id, OS_APPLICATION_CREDENTIAL_SECRET: secret },
    },
    remove: async () => void (await openstack.request("DELETE", "identity", `${path}/${id}`)),
  };
}
