import { stringify } from "yaml";
import { localVolume, tolerationsOf } from "../../../stacks/localVolume.ts";
import type { HistoryPlace } from "./history-place.ts";
import { type Reach, reachText } from "./reach.ts";
import { environmentFile } from "./variables.ts";

const name = "estate-drift";
/** A namespace of its own: in one of the estate's, the check would find itself. */
const metadata = { name, namespace: name, labels: { "app.kubernetes.io/name": name } };

/** The check, as it is put on the orchestrator. */
export interface CronJobFacts {
  readonly stack: string;
  /** By digest. */
  readonly image: string;
  readonly history: HistoryPlace;
  readonly reach: Reach;
}

function head(reach: Reach): string {
  return `# The estate watches itself: an hourly drift check on the orchestrator. Put it there with kubectl apply, after the Secret:
#
#   kubectl create namespace ${name}
#   kubectl create secret generic ${name} --namespace ${name} --from-env-file drift.env
#
# drift.env, of a credential that has the role reader alone ('openstack application credential create --role reader estate-drift'):
#
${environmentFile("PULUMI_CONFIG_PASSPHRASE")}
#
${reachText(reach)}
#
# The state and its passphrase open the secrets of the stack, the orchestrator's administrator among them. So it runs on the
# orchestrator's servers alone, and the state must be somewhere else than in this cluster: a check that goes down with what it
# checks tells nothing. The scan reads with the service account below, which may only look; the engine, which refreshes and previews
# and changes nothing, calls the orchestrator with the administrator's kubeconfig of the stack.
# Pulumi.<stack>.yaml must be part of the image, which is Node.js 24, the Pulumi CLI with its plugins, and this program in /estate:
# cli/drift/schedule/README.md has a Dockerfile.
---
`;
}

/** Manifests of the check. */
export function renderCronJob({ stack, image, history, reach }: CronJobFacts): string {
  const own = [namespace(), account(), role(), binding(), kubeconfig()];
  const all = [...own, ...kept(history), policy(), cronJob(stack, image, history)];
  return `${head(reach)}${all.map((one) => stringify(one, { lineWidth: 0 })).join("---\n")}`;
}

function namespace() {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function account() {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false };
}

/**
 * A list shows content, of Secrets too: the pod can open the stack's secrets anyway, and nothing can be changed with this. The scan
 * lists; who changed an object is read from the object itself.
 */
function role() {
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }];
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name }, rules };
}

function binding() {
  const group = "rbac.authorization.k8s.io";
  return {
    ...{ apiVersion: `${group}/v1`, kind: "ClusterRoleBinding", metadata: { name } },
    roleRef: { apiGroup: group, kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: name }],
  };
}

const tokens = "/var/run/secrets/estate-drift";

/** For the scan: the cluster as a pod reaches it, and a token that is renewed by itself. */
function kubeconfig() {
  const config = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "here" },
    clusters: [
      {
        name: "here",
        cluster: { server: "https://kubernetes.default.svc", "certificate-authority": `${tokens}/ca.crt` },
      },
    ],
    contexts: [{ name: "here", context: { cluster: "here", user: "here" } }],
    // kubectl reads the first, the scan's client the second
    users: [{ name: "here", user: { tokenFile: `${tokens}/token`, "token-file": `${tokens}/token` } }],
  };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { kubeconfig: stringify(config, { lineWidth: 0 }) } };
}

/** The history of findings, on a data volume of the host that the check then runs on. */
function kept({ host, volume }: HistoryPlace) {
  const { volume: there, claim } = localVolume({ name: "history", namespace: name, host, volume });
  return [
    { apiVersion: "v1", kind: "PersistentVolume", ...there, metadata: { ...there.metadata, labels: metadata.labels } },
    { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim, metadata: { ...metadata, ...claim.metadata } },
  ];
}

/** Nobody reaches the check. It reaches clouds, the state and the webhook, whose addresses no manifest knows; metadata services it does not. */
function policy() {
  const names = ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 }));
  const system = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
  const anywhere = [
    { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } },
    { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128", "fe80::/10"] } },
  ];
  const egress = [
    { to: [{ namespaceSelector: system }], ports: names },
    { to: anywhere, ports: [{ protocol: "TCP", port: 1, endPort: 65_535 }] },
  ];
  const spec = { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress };
  return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata, spec };
}

/** What its role is called is the document's to say. */
const roleLabel = "estate/role";

/** Where the image has pulumi, and its plugins; what pulumi writes there is in a volume. */
const [engine, home] = ["/opt/engine/pulumi", "/opt/pulumi"] as const;

function cronJob(stack: string, image: string, { host }: HistoryPlace) {
  const token = { serviceAccountToken: { path: "token", expirationSeconds: 3600 } };
  const authority = { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } };
  const container = {
    ...{ name: "drift", image, workingDir: "/estate" },
    command: ["cli/estate", "drift", "--stack", stack, "--sightings", "2", "--history", "/history/drift.sqlite"],
    envFrom: [{ secretRef: { name } }],
    env: [
      { name: "ESTATE_DRIFT_KUBECONFIG", value: "/kubeconfig/kubeconfig" },
      { name: "PATH", value: `${engine}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` },
      { name: "PULUMI_HOME", value: home },
      { name: "PULUMI_SKIP_UPDATE_CHECK", value: "true" },
      // what else programs write down meanwhile
      { name: "HOME", value: "/tmp" },
    ],
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "2", memory: "2Gi" } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      { name: "workspaces", mountPath: `${home}/workspaces` },
      { name: "logs", mountPath: "/estate/.estate" },
      { name: "history", mountPath: "/history" },
      { name: "kubeconfig", mountPath: "/kubeconfig", readOnly: true },
      { name: "token", mountPath: tokens, readOnly: true },
    ],
  };
  const pod = {
    ...{ serviceAccountName: name, automountServiceAccountToken: false, restartPolicy: "Never" },
    nodeSelector: { [roleLabel]: host.labels[roleLabel] },
    tolerations: tolerationsOf(host),
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    },
    containers: [container],
    volumes: [
      { name: "tmp", emptyDir: {} },
      { name: "workspaces", emptyDir: {} },
      { name: "logs", emptyDir: {} },
      { name: "history", persistentVolumeClaim: { claimName: "history" } },
      { name: "kubeconfig", configMap: { name } },
      { name: "token", projected: { sources: [token, authority] } },
    ],
  };
  return {
    ...{ apiVersion: "batch/v1", kind: "CronJob", metadata },
    spec: {
      ...{ schedule: "17 * * * *", concurrencyPolicy: "Forbid", startingDeadlineSeconds: 600 },
      ...{ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3 },
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: 1800,
          template: { metadata: { labels: metadata.labels }, spec: pod },
        },
      },
    },
  };
}
