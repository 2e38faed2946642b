import type { PolicyResource } from "@pulumi/policy";
import { expect, it } from "vitest";
import { podOf, rooted, unlimited, unprobed } from "../../../policies/pods.ts";
import { unguarded } from "../../../policies/rules/workloads.ts";

const rights = { runAsNonRoot: true, allowPrivilegeEscalation: false };
const good = {
  ...{ name: "web", readinessProbe: {}, livenessProbe: {}, securityContext: rights },
  resources: { limits: { cpu: "1", memory: "1Gi" } },
};
const template = (containers: object[], more: object = {}) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers, ...more },
});
const pod = (containers: object[], more: object = {}) => {
  const found = podOf("kubernetes:apps/v1:Deployment", { spec: { template: template(containers, more) } });
  if (!found) throw new Error("no pod");
  return found;
};

it("finds the pods of each kind of workload, and of nothing else", () => {
  const one = template([good]);
  const names = (type: string, props: object) => podOf(type, props as never)?.containers.map(({ name }) => name);
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet"])
    expect(names(`kubernetes:apps/v1:${kind}`, { spec: { template: one } })).toEqual(["web"]);
  expect(names("kubernetes:batch/v1:CronJob", { spec: { jobTemplate: { spec: { template: one } } } })).toEqual(["web"]);
  expect(names("kubernetes:core/v1:Pod", one)).toEqual(["web"]);
  expect(names("kubernetes:core/v1:Service", { spec: { template: one } })).toBeUndefined();
});

it("takes a container that has everything", () => {
  expect([unlimited(pod([good])), unprobed(pod([good])), rooted(pod([good]))]).toEqual([[], [], []]);
});

it("names each limit that is missing, of containers that prepare too", () => {
  const halved = { ...good, resources: { limits: { cpu: "1" } } };
  expect(unlimited(pod([halved], { initContainers: [{ name: "first" }] }))).toEqual([
    "web: memory",
    "first: cpu",
    "first: memory",
  ]);
});

it("wants probes of what lasts, and of no job", () => {
  const blind = { ...good, livenessProbe: undefined };
  expect(unprobed(pod([blind]))).toEqual(["web: livenessProbe"]);
  const job = podOf("kubernetes:batch/v1:Job", { spec: { template: template([blind]) } });
  expect(job && unprobed(job)).toEqual([]);
});

it("knows who may be root: by the container before the pod, by a user 0, by privileges", () => {
  const bare = { ...good, securityContext: { allowPrivilegeEscalation: false } };
  expect(rooted(pod([bare], { securityContext: { runAsNonRoot: true } }))).toEqual([]);
  expect(rooted(pod([bare]))).toEqual(["web may be root (runAsNonRoot: true)"]);
  const own = (securityContext: object) => rooted(pod([{ ...good, securityContext }], { securityContext: rights }));
  expect(own({ ...rights, runAsNonRoot: false })).toHaveLength(1);
  expect(own({ ...rights, runAsUser: 0 })).toHaveLength(1);
  expect(own({ ...rights, privileged: true })).toEqual(["web is privileged (privileged: false)"]);
  expect(own({ runAsNonRoot: true })).toEqual(["web may gain rights (allowPrivilegeEscalation: false)"]);
});

it("wants a NetworkPolicy of the same namespace that selects the pods; one that nobody can read yet counts", () => {
  const resource = (type: string, namespace: string, spec: object) =>
    ({
      type,
      name: "it",
      urn: `urn:${type}`,
      props: { metadata: { name: "it", namespace }, spec },
    }) as unknown as PolicyResource;
  const workload = resource("kubernetes:apps/v1:Deployment", "estate", { template: template([good]) });
  const policy = (namespace: string, podSelector: object) =>
    resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", namespace, { podSelector });
  const found = (...policies: PolicyResource[]) => unguarded([workload, ...policies]).map(({ what }) => what);
  expect(found()).toEqual(["estate/it"]);
  expect(found(policy("estate", { matchLabels: { app: "other" } }))).toEqual(["estate/it"]);
  expect(found(policy("other", { matchLabels: { app: "web" } }))).toEqual(["estate/it"]);
  expect(found(policy("estate", { matchLabels: { app: "web" } }))).toEqual([]);
  expect(found(policy("estate", {}))).toEqual([]);
  // no NetworkPolicy reaches pods on the network of their host
  const spec = { template: template([good], { hostNetwork: true }) };
  expect(unguarded([resource("kubernetes:apps/v1:DaemonSet", "estate", spec)])).toEqual([]);
  expect(unguarded([resource("kubernetes:apps/v1:DaemonSet", "estate", { template: template([good]) })])).toHaveLength(
    1,
  );
  const unknown = {
    get podSelector() {
      throw new Error("unknown until the update");
    },
  };
  expect(found(resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "estate", unknown))).toEqual([]);
});
