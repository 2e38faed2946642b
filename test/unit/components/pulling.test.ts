import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { pullingWith } from "../../../components/pulling.ts";

const own = [{ name: "credentials" }];
const pod = { containers: [{ name: "web", image: "registry.example.org/web:1" }] };
const template = { metadata: { labels: { a: "b" } }, spec: pod };
const pulling = (type: string, props: object) => pullingWith("credentials", `kubernetes:${type}`, props);

describe("pods pull with the Secret", () => {
  it.each([
    ...["apps/v1:Deployment", "apps/v1:DaemonSet", "apps/v1:StatefulSet", "apps/v1:ReplicaSet", "batch/v1:Job"],
    "core/v1:ReplicationController",
  ])("of a %s, whose other fields stay", (type) => {
    const spec = { replicas: 2, template };
    expect(pulling(type, { metadata: {}, spec })).toEqual({
      metadata: {},
      spec: { replicas: 2, template: { ...template, spec: { ...pod, imagePullSecrets: own } } },
    });
    expect(pod).not.toHaveProperty("imagePullSecrets");
  });

  it("alone, and of a CronJob", () => {
    expect(pulling("core/v1:Pod", { spec: pod })).toEqual({ spec: { ...pod, imagePullSecrets: own } });
    expect(pulling("batch/v1:CronJob", { spec: { schedule: "@daily", jobTemplate: { spec: { template } } } })).toEqual({
      spec: {
        schedule: "@daily",
        jobTemplate: { spec: { template: { ...template, spec: { ...pod, imagePullSecrets: own } } } },
      },
    });
  });

  it("which are known later, then; and after those that the object names itself", async () => {
    const others = { ...pod, imagePullSecrets: [{ name: "others" }] };
    const later = { metadata: {}, spec: pulumi.output({ template: { spec: others } }) };
    // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes
    const changed = pulling("apps/v1:Deployment", later) as any;
    expect(changed.metadata).toBe(later.metadata);
    const known = await new Promise((resolve) => pulumi.output(changed.spec).apply(resolve));
    expect(known).toEqual({ template: { spec: { ...pod, imagePullSecrets: [{ name: "others" }, ...own] } } });
  });
});

it("what has no pods stays as it is", () => {
  for (const type of ["core/v1:Secret", "core/v1:PodTemplateList", "apps/v1:DeploymentList", "core/v1:ServiceAccount"])
    expect(pulling(type, { spec: { template } })).toBeUndefined();
});
