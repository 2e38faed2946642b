import { stringify } from "yaml";

const name = "estate-drift";
/** A namespace of its own: in one of the estate's, the check would find itself. */
const metadata = { name, namespace: name, labels: { "app.kubernetes.io/name": name } };

const head = `# The estate watches itself: an hourly drift check on the orchestrator. Put it there with kubectl apply, after the Secret:
#
#   kubectl create namespace ${name}
#   kubectl create secret generic ${name} --namespace ${name} --from-env-file drift.env
#
# drift.env: PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, OS_AUTH_URL, OS_APPLICATION_CREDENTIAL_ID and _SECRET of a credential that
# has the role reader alone ('openstack application credential create --role reader estate-drift'), and ESTATE_DRIFT_WEBHOOK.
# The state and its passphrase open the secrets of the stack, the orchestrator's administrator among them. So it runs on the
# orchestrator's servers alone, and the state must be somewhere else than in this cluster: a check that goes down with what it
# checks tells nothing. The scan reads with the service account below, which may only look.
# Pulumi.<stack>.yaml must be part of the image, which is Node.js 24, the Pulumi CLI with its plugins, and this program in /estate:
# cli/drift/schedule/README.md has a Dockerfile.
---
`;

/** Manifests of the check. @param image by digest */
export function renderCronJob(stack: string, image: string): string {
  const all = [namespace(), account(), role(), binding(), kubeconfig(), claim(), policy(), cronJob(stack, image)];
  return `${head}${all.map((one) => stringify(one, { lineWidth: 0 })).join("---\n")}`;
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

/** The history of findings. */
function claim() {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Mi" } } };
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec };
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

/** Where the image has pulumi, and its plugins; what pulumi writes there is in a volume. */
const [engine, home] = ["/opt/engine/pulumi", "/opt/pulumi"] as const;

function cronJob(stack: string, image: string) {
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
    nodeSelector: { "estate/role": "orchestrator" },
    tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 65_532, fsGroup: 65_532, seccompProfile: { type: "RuntimeDefault" } },
    },
    containers: [container],
    volumes: [
      { name: "tmp", emptyDir: {} },
      { name: "workspaces", emptyDir: {} },
      { name: "logs", emptyDir: {} },
      { name: "history", persistentVolumeClaim: { claimName: name } },
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
