import { digestOf } from "../../stacks/digest.ts";
import type { HostFacts } from "../../stacks/facts.ts";
import { tolerationsOf } from "../../stacks/localVolume.ts";
import { claim, configMap, mounted, scratch, secretFiles } from "../../stacks/mounts.ts";
import { containerSecurity, podSecurity } from "../../stacks/podSecurity.ts";
import { versions } from "../../stacks/versions.ts";
import { keeperContainer } from "../keeper.ts";
import { metadataOf } from "../manifests.ts";
import { type ServerFacts, serverConfig } from "./config.ts";
import { app, folders, labelsOf, names, peersName, ports, rightsName, selectorOf, user } from "./names.ts";

export interface ServersFacts extends ServerFacts {
  /** The hosts that have their volumes, in the order of the servers. */
  readonly hosts: readonly Pick<HostFacts, "name" | "taints">[];
  readonly memoryMiB: number;
  /** Of their tokens: they read them at their start. */
  readonly generation: number;
  /** Name of the ConfigMap with our programs. */
  readonly program: string;
}

/** The address of a server for whatever is in its pod. */
const local = `http://127.0.0.1:${ports.http}`;

/**
 * StatefulSet of the servers, each on the host that has its volume. They begin together, since none leads until enough are there; changes
 * take one after another.
 */
export function servers(facts: ServersFacts) {
  const { hosts, generation, memoryMiB, program } = facts;
  const { volumes, volumeMounts } = mounted([
    ...[secretFiles(names.server, folders.config), claim("data", folders.data)],
    ...[secretFiles(rightsName, folders.rights), configMap(program, "/app"), scratch("run", folders.run, "1Mi")],
  ]);
  const mountsOf = (...paths: string[]) => volumeMounts.filter(({ mountPath }) => paths.includes(mountPath));
  // each replica has a claim of its own by this name, which is there before
  const claims = [
    {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } } },
    },
  ];
  const tolerations = hosts.flatMap(tolerationsOf);
  // no secret: what of the configuration can be seen in a preview, and which tokens are in it
  const config = digestOf([serverConfig(facts, { management: "", agent: "", gossip: "" }), generation]);
  return {
    metadata: metadataFor("server"),
    spec: {
      ...{ replicas: hosts.length, serviceName: peersName, podManagementPolicy: "Parallel" },
      ...{ selector: { matchLabels: selectorOf("server") }, volumeClaimTemplates: claims },
      template: {
        metadata: { labels: labelsOf("server"), annotations: { "estate/config": config } },
        spec: {
          ...{ automountServiceAccountToken: false, enableServiceLinks: false, terminationGracePeriodSeconds: 30 },
          securityContext: podSecurity(user),
          tolerations: [...new Map(tolerations.map((one) => [JSON.stringify(one), one])).values()],
          containers: [
            { ...server(memoryMiB), volumeMounts: mountsOf(folders.config, folders.data) },
            { ...permit(), volumeMounts: mountsOf(folders.rights, "/app", folders.run) },
          ],
          // the claims are the StatefulSet's to name
          volumes: volumes.filter(({ persistentVolumeClaim }) => persistentVolumeClaim === undefined),
        },
      },
    },
  };
}

function server(memoryMiB: number) {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    ...{ name: "consul", image: versions.consul },
    command: ["consul", "agent", `-config-file=${folders.config}/server.json`],
    args: ["-node=$(POD_NAME)", "-advertise=$(POD_IP)"],
    env: [field("POD_NAME", "metadata.name"), field("POD_IP", "status.podIP")],
    ports: [
      { name: "http", containerPort: ports.http, protocol: "TCP" },
      { name: "rpc", containerPort: ports.rpc, protocol: "TCP" },
      { name: "serf", containerPort: ports.serf, protocol: "TCP" },
      { name: "serf-udp", containerPort: ports.serf, protocol: "UDP" },
    ],
    resources: {
      requests: { cpu: "50m", memory: `${memoryMiB}Mi` },
      limits: { cpu: "1", memory: `${memoryMiB}Mi` },
    },
    // one that knows nobody who leads can answer nothing; its address is quoted, and empty then
    readinessProbe: {
      exec: { command: ["sh", "-c", `curl -fsS -m 3 ${local}/v1/status/leader | grep -q ':'`] },
      ...{ timeoutSeconds: 5, periodSeconds: 5 },
    },
    // that nobody leads is no fault of this one, and a start would not mend it
    livenessProbe: { tcpSocket: { port: "http" }, timeoutSeconds: 5, periodSeconds: 20, failureThreshold: 6 },
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** The container that tells the server beside it who may do what. It is ready only when that is so. */
function permit() {
  const environment = { CONSUL_URL: local, CONSUL_RIGHTS: `${folders.rights}/rights.json`, CONSUL_RUN: folders.run };
  const container = keeperContainer(folders.run, environment);
  return { ...container, name: "permit", command: ["node", "--no-warnings", "/app/permit.ts"] };
}

/** Service: any server that can answer. */
export function service() {
  const http = { name: "http", port: ports.http, targetPort: "http", protocol: "TCP" };
  return {
    metadata: metadataFor("server"),
    spec: { type: "ClusterIP", selector: selectorOf("server"), ports: [http] },
  };
}

/** Service without an address: its name leads to every server, since they must find each other before they are ready. */
export function peersService() {
  const serf = { name: "serf", port: ports.serf, targetPort: "serf", protocol: "TCP" };
  return {
    metadata: { ...metadataOf(peersName, app), labels: metadataFor("server").labels },
    spec: { clusterIP: "None", publishNotReadyAddresses: true, selector: selectorOf("server"), ports: [serf] },
  };
}

/** PodDisruptionBudget: a drain takes one at a time. Of a single server it would hold every drain up, so there is none. */
export function budget(servers: number) {
  if (servers < 2) return undefined;
  return {
    metadata: metadataFor("server"),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf("server") } },
  };
}

/** What every object of a part begins with. */
export function metadataFor(part: keyof typeof names) {
  const metadata = metadataOf(names[part], app);
  return { ...metadata, labels: { ...metadata.labels, ...labelsOf(part) } };
}
