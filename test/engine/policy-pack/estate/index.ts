/**
 * What an estate is made of, in short, without a cloud: a preview asks none. With `broken` in the configuration each rule of the pack
 * is broken once, beside what keeps to all of them. Objects of Kubernetes are only called so: its plugin would ask a cluster.
 */
import * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";

const broken = new pulumi.Config().requireBoolean("broken");
const digest = `@sha256:${"0".repeat(64)}`;

interface Host {
  readonly role?: string;
  readonly waitsFor?: readonly pulumi.Resource[];
  readonly args?: Partial<openstack.compute.InstanceArgs>;
  readonly opts?: pulumi.CustomResourceOptions;
}

/** A server with both gates. */
function host(name: string, { role = "bbb", waitsFor = [], args = {}, opts = {} }: Host = {}) {
  const server = new openstack.compute.Instance(
    name,
    { name, imageId: "image", flavorName: "m1.small", metadata: { role }, userData: userData({}), ...args },
    { deleteBeforeReplace: true, dependsOn: [...waitsFor], ...opts },
  );
  const gate = { create: ":", triggers: [server.id] };
  const drain = new command.local.Command(`${name}-drain`, { ...gate, delete: "drain" });
  const ready = new command.local.Command(`${name}-ready`, gate, { dependsOn: [drain] });
  return { server, ready };
}

function userData(files: Readonly<Record<string, string>>): string {
  const all = { "/etc/rancher/k3s/config.yaml": "token: K10abcdefgh::node:12345678\n", ...files };
  const listed = Object.entries(all).map(([path, text]) => ({
    ...{ path, contents: { source: `data:,${encodeURIComponent(text)}` } },
  }));
  return JSON.stringify({ ignition: { version: "3.4.0" }, storage: { files: listed } });
}

const id = "00000000-0000-0000-0000-000000000000";

/** A security group, as the estate describes it. Its id is unknown in a preview. */
function group(role: string, runs: string) {
  return new openstack.networking.SecGroup(`groups-${role}`, {
    ...{ name: `estate-${role}`, description: `Hosts of the role ${role}, which run ${runs}` },
  });
}

function opens(name: string, port: number, remoteIpPrefix: string, securityGroupId: pulumi.Input<string> = id) {
  new openstack.networking.SecGroupRule(name, {
    ...{ direction: "ingress", ethertype: "IPv4", protocol: "tcp", portRangeMin: port, portRangeMax: port },
    ...{ remoteIpPrefix, securityGroupId },
  });
}

function listens(name: string, protocolPort: number, allowedCidrs?: string[]) {
  const ranges = allowedCidrs ? { allowedCidrs } : {};
  new openstack.loadbalancer.Listener(name, { loadbalancerId: id, protocol: "TCP", protocolPort, ...ranges });
}

class KubernetesObject extends pulumi.ComponentResource {
  constructor(type: string, name: string, inputs: object) {
    const all = { ...inputs, metadata: { name, namespace: "estate" } };
    super(`kubernetes:${type}`, name, all);
    this.registerOutputs(all);
  }
}

const probe = { httpGet: { path: "/", port: 80 } };
const whole = {
  ...{ name: "web", image: `registry.example.org/web:1${digest}`, readinessProbe: probe, livenessProbe: probe },
  resources: { limits: { cpu: "1", memory: "1Gi" } },
  securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
};

function deployment(name: string, container: object, labels = { app: "web" }, more: object = {}): void {
  const template = { metadata: { labels }, spec: { containers: [{ ...whole, ...container }], ...more } };
  new KubernetesObject("apps/v1:Deployment", name, { spec: { template } });
}

const [first] = ["bbb-01"].map((name) => host(name));
const before = first ? [first.ready] : [];
host("bbb-02", { waitsFor: before });
host("orchestrator-01", { role: "orchestrator" });
const [bbb, monitoring] = [group("bbb", "bbb"), group("monitoring", "monitoring")];
opens("https", 443, "0.0.0.0/0", bbb.id);
opens("grafana", 443, "203.0.113.0/24", monitoring.id);
opens("ssh", 22, "203.0.113.0/24");
listens("web", 443);
listens("api", 6443, ["203.0.113.0/24"]);
new openstack.networking.Port("host", { networkId: id, securityGroupIds: [bbb.id] });
new openstack.blockstorage.Volume("recordings", { size: 1 }, { protect: true });
new KubernetesObject("networking.k8s.io/v1:NetworkPolicy", "web", {
  spec: { podSelector: { matchLabels: { app: "web" } } },
});
deployment("web", {});
deployment("on-host", {}, { app: "relay" }, { hostNetwork: true });

if (broken) {
  opens("https-on-monitoring", 443, "0.0.0.0/0", monitoring.id);
  opens("https-on-nobody", 443, "0.0.0.0/0");
  listens("api-for-all", 6443);
  new openstack.networking.Port("unguarded-port", { networkId: id, noSecurityGroups: true });
  opens("ssh-for-all", 22, "0.0.0.0/0");
  opens("postgres-for-all", 5432, "0.0.0.0/0");
  deployment("tag", { image: "registry.example.org/web:1" });
  deployment("latest", { image: `registry.example.org/web:latest${digest}` });
  deployment("unlimited", { resources: {} });
  deployment("unprobed", { readinessProbe: undefined });
  deployment("root", { securityContext: { runAsNonRoot: false, allowPrivilegeEscalation: false } });
  deployment("unguarded", {}, { app: "other" });
  host("by-name", { waitsFor: [], role: "named", args: { imageName: "flatcar", imageId: undefined } });
  new openstack.compute.Instance(
    "ungated",
    { imageId: "image", flavorName: "m1.small" },
    { deleteBeforeReplace: true },
  );
  host("frozen", { role: "frozen", opts: { ignoreChanges: ["imageId"] } });
  host("bbb-03", { waitsFor: before });
  host("orchestrator-02", { role: "orchestrator" });
  host("leaky", { role: "leaky", args: { userData: userData({ "/etc/app.env": "DATABASE_PASSWORD=correct-horse" }) } });
  new openstack.blockstorage.Volume("unprotected", { size: 1 });
  new openstack.blockstorage.Volume("deleted-first", { size: 1 }, { deleteBeforeReplace: true, protect: true });
}
