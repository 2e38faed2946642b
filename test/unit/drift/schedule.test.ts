/** What runs the check: each as its own program reads it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { connectCluster } from "../../../cli/drift/cluster.ts";
import { renderCronJob } from "../../../cli/drift/schedule/cron-job.ts";
import { renderGithub, renderGitlab } from "../../../cli/drift/schedule/pipelines.ts";
import { renderSystemd } from "../../../cli/drift/schedule/systemd.ts";
import { project } from "../../../local/place.ts";
import { policies } from "../../../policies/rules.ts";
import { judge } from "../policies/judge.ts";

test("systemd: one run at a time, hourly, caught up; drift is no failure of the unit", () => {
  const text = renderSystemd("prod", "/home/anna/my estate 100%");
  expect(text).toContain('ExecStart="/home/anna/my estate 100%%/cli/estate" drift --stack prod --sightings 2');
  expect(text).toContain("WorkingDirectory=/home/anna/my estate 100%%");
  expect(text).toMatch(/SuccessExitStatus=2 75\n/);
  expect(text).toMatch(/OnCalendar=hourly\n[\s\S]*Persistent=true\n/);
});

const pipeline = (file: string) => readFileSync(join(project, "pipelines", file), "utf8");

test("GitHub: the workflow of pipelines/, for that stack", () => {
  const text = renderGithub("prod");
  const [printed, shipped] = [parse(text), parse(pipeline("github/estate-drift.yml"))];
  expect([printed.name, printed.concurrency.group]).toEqual(["drift of prod", "estate-drift-prod"]);
  const step = (of: typeof printed) => of.jobs.drift.steps.find(({ name }: { name?: string }) => name === "Drift");
  expect(step(printed).env.ESTATE_STACK).toBe("prod");
  // and nothing else is another
  step(printed).env.ESTATE_STACK = step(shipped).env.ESTATE_STACK;
  const { name, concurrency } = shipped;
  expect({ ...printed, name, concurrency }).toEqual(shipped);
  // the version stays beside the hash
  expect(text).toMatch(/actions\/checkout@[0-9a-f]{40} # v\d+\.\d+\.\d+\n/);
});

test("GitLab: the job of pipelines/ and what it extends, for that stack", () => {
  const printed = parse(renderGitlab("prod"));
  const shipped = parse(pipeline("gitlab/estate.gitlab-ci.yml"));
  expect(Object.keys(printed)).toEqual([".estate", "drift"]);
  expect(printed[".estate"]).toEqual(shipped[".estate"]);
  const { stage: _, ...job } = shipped.drift;
  expect(printed.drift).toEqual({ ...job, variables: { ESTATE_STACK: "prod" } });
});

test.each(["github/estate-drift.yml", "gitlab/estate.gitlab-ci.yml"])(
  "%s reports what was seen twice, and keeps what it saw",
  (file) => {
    const [line = ""] = /cli\/estate drift [^|\n]*/.exec(pipeline(file)) ?? [];
    expect(line.match(/--[\w-]+( \d+)?/g)).toEqual(["--stack", "--sightings 2", "--history", "--markdown"]);
  },
);

test("the CronJob: on orchestrator servers, restricted, one at a time, and it may only look", () => {
  const image = `registry.example.org/estate@sha256:${"ab".repeat(32)}`;
  // biome-ignore lint/suspicious/noExplicitAny: manifests of any kind
  const all = parseAllDocuments(renderCronJob("prod", image)).map((one) => one.toJS() as any);
  const of = (kind: string) => all.find((one) => one?.kind === kind);
  const { spec } = of("CronJob").spec.jobTemplate.spec.template;
  expect([of("CronJob").spec.concurrencyPolicy, of("CronJob").spec.jobTemplate.spec.backoffLimit]).toEqual([
    "Forbid",
    0,
  ]);
  expect(spec.nodeSelector).toEqual({ "estate/role": "orchestrator" });
  expect(spec.containers[0].image).toBe(image);
  expect(spec.containers[0].securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
  });
  expect(spec.securityContext.runAsNonRoot).toBe(true);
  expect(of("ClusterRole").rules.flatMap((rule: { verbs: string[] }) => rule.verbs)).toEqual(["get", "list"]);
  expect(spec.containers[0].env).toContainEqual({ name: "PULUMI_HOME", value: "/opt/pulumi" });
  // what it mounts is there
  const volumes = spec.volumes.map(({ name }: { name: string }) => name);
  expect(spec.containers[0].volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(volumes.sort());
  expect(() =>
    connectCluster(of("ConfigMap").data.kubeconfig.replaceAll(/"?token-?[fF]ile"?:.*\n/g, "")),
  ).not.toThrow();
});

test("the CronJob keeps to the policies of every estate, and nobody reaches it", async () => {
  const image = `registry.example.org/estate@sha256:${"ab".repeat(32)}`;
  // biome-ignore lint/suspicious/noExplicitAny: manifests of any kind
  const all = parseAllDocuments(renderCronJob("prod", image)).map((one) => one.toJS() as any);
  // what kubectl makes the engine does not protect: it is the history of findings
  const rules = policies.filter(({ name }) => name !== "data-protected");
  const given = all.flatMap((one) => (one ? [{ type: typeOf(one), name: one.metadata.name, props: one }] : []));
  const found = await Promise.all(rules.map(async (rule) => [rule.name, await judge(rule, given)]));
  expect(found.filter(([, told]) => told?.length)).toEqual([]);
  // they look at it: without a limit, or without its policy, they tell
  const text = renderCronJob("prod", image);
  const without = parseAllDocuments(text.replace(/cpu: "2"\n/, "").replace("kind: NetworkPolicy", "kind: Other"));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const broken = without.map((one) => one.toJS() as any).map((one) => ({ type: typeOf(one), name: "it", props: one }));
  const told = await Promise.all(rules.map(async (rule) => ((await judge(rule, broken)).length > 0 ? rule.name : [])));
  expect(told.flat().sort()).toEqual(["pods-have-limits", "pods-have-network-policy"]);
  const policy = all.find((one) => one?.kind === "NetworkPolicy");
  expect(policy.spec).toMatchObject({ podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [] });
});

function typeOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}
