/** Every application's objects, as the program registers them: what no workload of the estate may be without. */
import { describe, expect, it } from "vitest";
import { unpinnedImages } from "../../policies/judgements.ts";
import { applications } from "../../stacks/applications.ts";
import { describeEverything, everySecret, settings } from "./everything.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

/** They have workloads only for applications that use them (test/graph/stores.test.ts), or only what others mount. */
const forOthers = ["redis", "recordings"];

/** Applications and workloads that have a pod on each of their hosts, with its network: no NetworkPolicy reaches that, security groups do. */
const onHosts = ["coturn", "monitoring-hosts"];

/** Older than these rules; it keeps the objects it has. */
const older = ["hello"];

// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes, as the program gives it
type Any = any;

const secrets = Object.entries(everySecret());
const nodes = await graph({ change: describeEverything, appSecrets: everySecret() });
const objects = nodes.filter(({ type }) => type.startsWith("kubernetes:"));
const workloads = objects.filter(({ type }) => /:apps\/v1:|:batch\/v1:/.test(type));
const nameOf = ({ inputs }: Registered) => String((inputs.metadata as Any).name);
const templateOf = ({ inputs }: Registered): Any =>
  (inputs.spec as Any).template ?? (inputs.spec as Any).jobTemplate.spec.template;
const labelsOf = (workload: Registered): Record<string, string> => templateOf(workload).metadata.labels;
const applicationOf = (workload: Registered) => labelsOf(workload)["app.kubernetes.io/name"] ?? "";
const selects = (selector: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);
const ofType = (type: string) => objects.filter((node) => node.type === `kubernetes:${type}`);

it("every application of the project is looked at here", () => {
  expect(Object.keys(settings).sort()).toEqual(Object.keys(applications));
  const own = Object.keys(settings).filter((name) => !forOthers.includes(name));
  for (const name of own) expect(workloads.map(applicationOf)).toContain(name);
});

const isOnHost = (workload: Registered) =>
  onHosts.includes(applicationOf(workload)) || onHosts.includes(nameOf(workload));

describe.each(workloads.map((workload) => [nameOf(workload), workload] as const))(
  "the workload %s",
  (_name, workload) => {
    const spec = templateOf(workload).spec;
    const containers: Any[] = [...spec.containers, ...(spec.initContainers ?? [])];

    it("has images by digest, and none called latest", () => {
      expect(unpinnedImages(workload.inputs)).toEqual([]);
      for (const { image } of containers)
        expect(image).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[^:@]+:(?!latest)[^@]+@sha256:[0-9a-f]{64}$/);
    });

    it("says what it needs and what it may take at most", () => {
      for (const { resources } of containers)
        for (const kind of ["requests", "limits"])
          for (const unit of ["cpu", "memory"]) expect(resources[kind][unit]).toMatch(/^\d+(m|Mi|Gi)?$/);
    });

    it("is asked whether it is ready and alive, unless it ends by itself", () => {
      const asked = workload.type.includes(":batch/v1:") ? [] : spec.containers;
      for (const container of asked)
        for (const probe of ["readinessProbe", "livenessProbe"]) {
          const { httpGet, exec, tcpSocket, grpc } = container[probe];
          expect([httpGet, exec, tcpSocket, grpc].filter(Boolean)).toHaveLength(1);
        }
    });

    it("is not root, and can become nothing more", () => {
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(spec.securityContext.runAsUser).toBeGreaterThan(0);
      expect(spec.automountServiceAccountToken === false || spec.serviceAccountName !== undefined).toBe(true);
      for (const { securityContext } of containers)
        expect(securityContext).toMatchObject({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        });
      expect([spec.hostPID, spec.hostIPC].filter(Boolean)).toEqual([]);
      expect(Boolean(spec.hostNetwork)).toBe(isOnHost(workload));
    });

    it("finds its own pods, and its services find their ports", () => {
      const { selector } = workload.inputs.spec as Any;
      if (selector) expect(selects(selector.matchLabels, labelsOf(workload))).toBe(true);
      for (const { inputs } of ofType("core/v1:Service")) {
        const service = inputs.spec as Any;
        if (!selects(service.selector, labelsOf(workload))) continue;
        // a service of several workloads (those that are read for readings) leads to those that have the port
        const served = workloads.filter((one) => selects(service.selector, labelsOf(one)));
        const named = served
          .flatMap((one) => templateOf(one).spec.containers as Any[])
          .flatMap(({ ports = [] }) => ports.map((port: Any) => port.name));
        for (const { targetPort } of service.ports) expect(named).toContain(targetPort);
      }
    });

    it("comes after the hosts that take its pods", () => {
      expect(workload.dependsOn).toContain("command:local:Command::worker-01-ready");
    });
  },
);

it.each(Object.entries(applications))("pods of %s listen on the ports of the catalogue", (name, { ports = {} }) => {
  const listed = Object.entries(ports).map(([port, { port: number }]) => `${port} ${number}`);
  const open = workloads
    .filter((workload) => applicationOf(workload) === name)
    .flatMap((workload) => templateOf(workload).spec.containers)
    .flatMap(({ ports = [] }: Any) => ports.map((port: Any) => `${port.name} ${port.containerPort}`));
  expect([...new Set(open)].sort()).toEqual(listed.sort());
});

const newer = workloads
  .map((workload) => [nameOf(workload), workload] as const)
  .filter(([name, workload]) => !older.includes(name) && !isOnHost(workload));

describe.each(newer)("the workload %s", (_name, workload) => {
  it("is closed but for whom it names, and taken back from kubectl", () => {
    const policies = ofType("networking.k8s.io/v1:NetworkPolicy").map(({ inputs }) => inputs.spec as Any);
    const own = policies.filter(({ podSelector }) => selects(podSelector.matchLabels, labelsOf(workload)));
    expect(own).toHaveLength(1);
    expect(own[0].policyTypes).toEqual(["Ingress", "Egress"]);
    for (const { from } of own[0].ingress) expect(from.length).toBeGreaterThan(0);
    expect((workload.inputs.metadata as Any).annotations["pulumi.com/patchForce"]).toBe("true");
  });

  it("loses one pod at a time to drains, where it has several", () => {
    const budgets = ofType("policy/v1:PodDisruptionBudget").map(({ inputs }) => inputs.spec as Any);
    const own = budgets.filter(({ selector }) => selects(selector.matchLabels, labelsOf(workload)));
    expect(own).toHaveLength(((workload.inputs.spec as Any).replicas ?? 1) > 1 ? 1 : 0);
  });
});

it("no secret of an application is in clear", () => {
  expect(secrets.length).toBeGreaterThan(0);
  const text = JSON.stringify(nodes);
  for (const [key, secret] of secrets) {
    expect(text.includes(secret), key).toBe(false);
    expect(text.includes(Buffer.from(secret).toString("base64")), key).toBe(false);
  }
});
