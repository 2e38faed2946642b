/** What runs the check: each as its own program reads it. */
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { connectCluster } from "../../../cli/drift/cluster.ts";
import { renderCronJob } from "../../../cli/drift/schedule/cron-job.ts";
import { renderGithub, renderGitlab } from "../../../cli/drift/schedule/pipelines.ts";
import { renderSystemd } from "../../../cli/drift/schedule/systemd.ts";

test("systemd: one run at a time, hourly, caught up; drift is no failure of the unit", () => {
  const text = renderSystemd("prod", "/home/anna/my estate 100%");
  expect(text).toContain('ExecStart="/home/anna/my estate 100%%/cli/estate" drift --stack prod --sightings 2');
  expect(text).toContain("WorkingDirectory=/home/anna/my estate 100%%");
  expect(text).toMatch(/SuccessExitStatus=2 75\n/);
  expect(text).toMatch(/OnCalendar=hourly\n[\s\S]*Persistent=true\n/);
});

test("GitHub: reads only, one run at a time, and an update that runs is no failure", () => {
  const workflow = parse(renderGithub("prod")) as {
    on: { schedule: { cron: string }[] };
    permissions: object;
    concurrency: { group: string };
    jobs: { drift: { steps: { run?: string; uses?: string }[]; env: Record<string, string> } };
  };
  const used = workflow.jobs.drift.steps.flatMap(({ uses }) => uses ?? []);
  expect(used).toHaveLength(2);
  // as pipelines/ has them: by hash
  for (const action of used) expect(action).toMatch(/^actions\/\w+@[0-9a-f]{40}$/);
  expect(workflow.permissions).toEqual({ contents: "read" });
  expect(workflow.concurrency.group).toBe("estate-drift-prod");
  expect(workflow.on.schedule[0]?.cron).toMatch(/^\d+ \* \* \* \*$/);
  const [check] = workflow.jobs.drift.steps.flatMap(({ run }) => run ?? []);
  expect(check).toContain("cli/estate drift --stack 'prod'");
  expect(check).toContain('[ "$code" -eq 75 ] || exit "$code"');
  expect(Object.values(workflow.jobs.drift.env).every((one) => /^\$\{\{ secrets\.\w+ \}\}$/.test(one))).toBe(true);
});

test("GitLab: on the default branch alone, and 75 is allowed", () => {
  const pipeline = parse(renderGitlab("prod")) as Record<string, Record<string, unknown>>;
  const job = pipeline["drift of prod"];
  expect(job?.allow_failure).toEqual({ exit_codes: [75] });
  expect(job?.resource_group).toBe("estate-drift-prod");
  expect(JSON.stringify(job?.rules)).toContain("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH");
});

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
  // what it mounts is there
  const volumes = spec.volumes.map(({ name }: { name: string }) => name);
  expect(spec.containers[0].volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(volumes.sort());
  expect(() =>
    connectCluster(of("ConfigMap").data.kubeconfig.replaceAll(/"?token-?[fF]ile"?:.*\n/g, "")),
  ).not.toThrow();
});
