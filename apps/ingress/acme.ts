import { join } from "node:path";
import { digestOf } from "../../stacks/digest.ts";
import { environment } from "../../stacks/environment.ts";
import { programIn, scriptsIn } from "../../stacks/scripts.ts";
import { versions } from "../../stacks/versions.ts";
import { deploymentOf, metadataOf, programMap } from "../manifests.ts";
import { app, folders, parts, podPorts, secrets, selectorOf } from "./names.ts";
import type { Certificate, KeeperSettings } from "./service/settings.ts";

/** What is asked of the authority. */
export interface AcmeFacts {
  readonly email: string;
  readonly directory: string;
  readonly challenge: "http" | "dns";
  readonly cloud?: { readonly authUrl: string; readonly region: string } | undefined;
  readonly certificates: readonly Certificate[];
}

/**
 * Certificates by the Secrets that they are for. The name that lego keeps one under has the hash of its names: with another name in it, it
 * is another one, and nobody has to find out whether the one that is there has them all.
 */
export function certificatesFor(wanted: readonly { readonly secret: string; readonly names: readonly string[] }[]) {
  return wanted.map(({ secret, names }): Certificate => ({ secret, names, id: `${secret}-${digestOf(names)}` }));
}

export const scripts = scriptsIn(join(import.meta.dirname, "scripts"));

/** ConfigMap: our program, what it is told, and lego's script with a line of arguments for each certificate. */
export function acmeProgram(facts: AcmeFacts) {
  const settings: KeeperSettings = { state: secrets.state, certificates: facts.certificates };
  return programMap(parts.acme, app, {
    ...programIn(join(import.meta.dirname, "service")),
    "settings.json": `${JSON.stringify(settings, undefined, 1)}\n`,
    ...scripts,
    certificates: facts.certificates.map(({ id, names }) => `${id} ${names.join(",")}\n`).join(""),
  });
}

/** Arguments of lego that are the same for all certificates. */
function legoArguments({ email, directory, challenge }: AcmeFacts): string {
  const proof =
    challenge === "http"
      ? `--http --http.address :${podPorts.challenge}`
      : // hosts reach no name servers but their own; what those see is looked at
        "--dns designate --dns.propagation.disable-ans";
  // by default it would wait until the last day (seen by others with 5.4.1)
  return `--server ${directory} --email ${email} --accept-tos --path ${folders.state}/lego --renew-days 30 ${proof}`;
}

/**
 * Deployment: lego, which gets and renews, and a program of ours beside it, which keeps what lego has in Secrets: for pods that use it, and
 * for the day on which this pod is on another host. One pod: two would ask for the same twice, which authorities count.
 */
export function acme(facts: AcmeFacts) {
  const { cloud } = facts;
  const made = deploymentOf({
    ...{ name: parts.acme, replicas: 1, update: "one" },
    pod: {
      serviceAccount: parts.acme,
      containers: [
        {
          ...{ name: "lego", image: versions.lego, command: ["sh", `${folders.program}/lego.sh`] },
          environment: {
            ...{
              ARGUMENTS: legoArguments(facts),
              CERTIFICATES: `${folders.program}/certificates`,
              STATE: folders.state,
            },
            ...(cloud ? cloudEnvironment(cloud) : {}),
          },
          // it only listens while a name is being proven by HTTP
          ports: { challenge: { port: podPorts.challenge } },
          cpu: { request: "10m", limit: "500m" },
          memory: { request: "32Mi", limit: "128Mi" },
          // it waits an hour or six between its rounds, and says each minute that it does; a round by DNS takes minutes
          ready: { command: ["sh", "-c", `test -n "$(find ${folders.state}/alive -mmin -30)"`] },
          mounts: { program: { path: folders.program }, state: { path: folders.state, writable: true } },
        },
        {
          ...{ name: "keeper", image: versions.node, command: ["node", "--no-warnings", `${folders.program}/main.ts`] },
          environment: {
            ...{ INGRESS_SETTINGS: `${folders.program}/settings.json`, INGRESS_STATE: folders.state },
            ...{ INGRESS_API: folders.api, NODE_EXTRA_CA_CERTS: `${folders.api}/ca.crt` },
            INGRESS_NAMESPACE: environment.namespace,
          },
          cpu: { request: "10m", limit: "200m" },
          memory: { request: "64Mi", limit: "128Mi" },
          ready: { command: ["sh", "-c", `test -n "$(find ${folders.state}/kept -mmin -5)"`] },
          mounts: {
            ...{ program: { path: folders.program }, state: { path: folders.state, writable: true } },
            api: { path: folders.api },
          },
        },
      ],
      volumes: { program: { configMap: acmeProgram(facts).metadata.name }, state: { sizeLimit: "16Mi" } },
    },
  });
  const { template } = made.spec;
  return {
    ...made,
    metadata: metadataOf(parts.acme, app),
    spec: {
      ...made.spec,
      selector: { matchLabels: selectorOf("acme") },
      template: {
        metadata: { ...template.metadata, labels: { ...template.metadata.labels, ...selectorOf("acme") } },
        spec: {
          ...template.spec,
          // lego, which talks to the internet, gets none
          automountServiceAccountToken: false,
          volumes: [...template.spec.volumes, { name: "api", projected: { sources: apiSources, defaultMode: 0o440 } }],
        },
      },
    },
  };
}

/** What lets a container talk to the orchestrator's API. */
const apiSources = [
  { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
];

function cloudEnvironment({ authUrl, region }: NonNullable<AcmeFacts["cloud"]>) {
  return {
    ...{ OS_AUTH_TYPE: "v3applicationcredential", OS_AUTH_URL: authUrl, OS_REGION_NAME: region },
    OS_APPLICATION_CREDENTIAL_ID: { secret: secrets.cloud, key: "id" },
    OS_APPLICATION_CREDENTIAL_SECRET: { secret: secrets.cloud, key: "secret" },
  };
}

/** Service: where requests for proofs go. The pod need not be ready for that: it is not until it has its first certificates. */
export function acmeService() {
  const port = { name: "challenge", port: podPorts.challenge, targetPort: "challenge", protocol: "TCP" };
  return {
    metadata: metadataOf(parts.acme, app),
    spec: { type: "ClusterIP", selector: selectorOf("acme"), publishNotReadyAddresses: true, ports: [port] },
  };
}
