/** Who may only look: at the cloud with a credential of the role reader, at the orchestrator with the account of the scheduled check. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parse, parseAllDocuments, stringify } from "yaml";
import { renderCronJob } from "../../cli/drift/schedule/cron-job.ts";
import { region } from "../../local/openstack/facts.ts";
import { estateProject } from "../../local/openstack/project.ts";
import { readSecrets } from "../../local/openstack/secrets.ts";
import { connect } from "../../local/openstack-client/client.ts";
import { parseCloud } from "../../local/openstack-client/clouds.ts";
import { here, run } from "./estate.ts";

/** The account of the scheduled check, its namespace, and its credential. */
const name = "estate-drift";

export interface Reader {
  /** What `estate drift` reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  /** Takes the credential and the account away. */
  forget(): Promise<void>;
}

/** @param folder for its kubeconfig */
export async function newReader(folder: string): Promise<Reader> {
  await apply(accountOf(renderCronJob(here.stack, "unused")));
  const token = await run("kubectl", "create", "token", name, "--namespace", name);
  const kubeconfig = join(folder, "reader-kubeconfig");
  const config = parse(await readFile(join(here.data, "kubeconfig"), "utf8"));
  for (const one of config.users) one.user = { token };
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  const { environment, remove } = await credential();
  return {
    environment: { ...environment, ESTATE_DRIFT_KUBECONFIG: kubeconfig },
    kubeconfig,
    forget: async () => {
      await remove();
      await run("kubectl", "delete", "namespace,clusterrole,clusterrolebinding", name, "--ignore-not-found");
    },
  };
}

/** Of the manifests of the check: what it may do, and not the check itself. */
function accountOf(manifests: string): string {
  const kinds = ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"];
  const all = parseAllDocuments(manifests).map((document) => document.toJS() as { readonly kind: string } | null);
  const own = all.filter((one) => kinds.includes(one?.kind ?? ""));
  if (own.length !== kinds.length) throw new Error(`the check's manifests have not one each of ${kinds.join(", ")}`);
  return own.map((one) => stringify(one)).join("---\n");
}

async function apply(manifests: string): Promise<void> {
  await execa("kubectl", ["apply", "--filename", "-"], { input: manifests });
}

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
