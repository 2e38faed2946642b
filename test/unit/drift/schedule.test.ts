/** What runs the check: each as its own program reads it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { connectCluster } from "../../../cli/drift/cluster.ts";
import { renderCronJob } from "../../../cli/drift/schedule/cron-job.ts";
import { historyPlace } from "../../../cli/drift/schedule/history-place.ts";
import { renderGithub, renderGitlab } from "../../../cli/drift/schedule/pipelines.ts";
import type { Reach } from "../../../cli/drift/schedule/reach.ts";
import { renderSystemd } from "../../../cli/drift/schedule/systemd.ts";
import { newAuthority } from "../../../cli/pki.ts";
import { project } from "../../../local/place.ts";
import { policies } from "../../../policies/rules.ts";
import { deriveFacts } from "../../../stacks/facts.ts";
import { certificateFor } from "../cluster/kubernetes-api.ts";
import { judge } from "../policies/judge.ts";
import { estate } from "../stacks/fixtures.ts";

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

const image = `registry.example.org/estate@sha256:${"ab".repeat(32)}`;
const volume = { sizeGiB: 2, path: "/var/lib/drift" };

/** An estate whose servers have a volume for the history. */
function facts() {
  return deriveFacts(
    estate((document) => {
      document.roles.orchestrator.volumes = { drift: volume };
    }),
  );
}
const nothing: Reach = { out: [], into: [], unknown: [] };
const rendered = (reach = nothing) =>
  renderCronJob({ stack: "prod", image, history: historyPlace(facts(), "drift"), reach });
// biome-ignore lint/suspicious/noExplicitAny: manifests of any kind
const manifests = (text = rendered()) => parseAllDocuments(text).flatMap((one) => (one.toJS() as any) ?? []);

test("the CronJob: on a server of the orchestrator, restricted, one at a time, and it may only look", () => {
  const all = manifests();
  const of = (kind: string) => all.find((one) => one.kind === kind);
  const { spec } = of("CronJob").spec.jobTemplate.spec.template;
  expect([of("CronJob").spec.concurrencyPolicy, of("CronJob").spec.jobTemplate.spec.backoffLimit]).toEqual([
    "Forbid",
    0,
  ]);
  expect(spec.nodeSelector).toEqual({ "estate/role": "orchestrator" });
  expect(spec.tolerations).toContainEqual({
    ...{ key: "node-role.kubernetes.io/control-plane", operator: "Equal", value: "", effect: "NoSchedule" },
  });
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
});

test("labels and taints are those of the host that has the volume", () => {
  const { host, volume } = historyPlace(facts(), "drift");
  const other = { ...host, labels: { "estate/role": "control" }, taints: ["example.org/a=b:NoExecute"] };
  const text = renderCronJob({ stack: "prod", image, history: { host: other, volume }, reach: nothing });
  const { spec } = manifests(text).find(({ kind }) => kind === "CronJob").spec.jobTemplate.spec.template;
  expect(spec.nodeSelector).toEqual({ "estate/role": "control" });
  expect(spec.tolerations).toEqual([{ key: "example.org/a", operator: "Equal", value: "b", effect: "NoExecute" }]);
});

test("the history is on a data volume of the document: nobody provisions one, and the claim asks nobody to", () => {
  const all = manifests();
  const of = (kind: string) => all.find((one) => one.kind === kind);
  const [there, claim] = [of("PersistentVolume"), of("PersistentVolumeClaim")];
  expect(claim.spec).toMatchObject({ storageClassName: "", volumeName: there.metadata.name });
  expect(there.spec).toMatchObject({ local: { path: volume.path }, capacity: { storage: "2Gi" } });
  const { name, namespace } = claim.metadata;
  expect(there.spec.claimRef).toMatchObject({ name, namespace });
  const [term] = there.spec.nodeAffinity.required.nodeSelectorTerms;
  expect(term.matchExpressions[0].values).toEqual(["orchestrator-01"]);
  const pod = of("CronJob").spec.jobTemplate.spec.template.spec;
  const mounted = pod.volumes.find((one: { name: string }) => one.name === "history");
  expect([mounted.persistentVolumeClaim.claimName, namespace]).toEqual([name, of("CronJob").metadata.namespace]);
});

test("without such a volume there is no CronJob, and it says what to write", () => {
  expect(() => historyPlace(facts(), "other")).toThrow(
    /none has one of the name other.*roles\.orchestrator\.volumes\.other/,
  );
});

test("the scan's kubeconfig leads to the orchestrator's API with the pod's token, and trusts its authority alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "estate-token-"));
  const authority = await newAuthority("kubernetes");
  const { cert, key } = await certificateFor("127.0.0.1", authority);
  const seen: (string | undefined)[] = [];
  const server = createServer({ cert, key }, (request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ kind: "NodeList", apiVersion: "v1", items: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { kubeconfig } = manifests().find(({ kind }) => kind === "ConfigMap").data;
  const pod = kubeconfig.replaceAll("/var/run/secrets/estate-drift", folder);
  const here = pod.replace("https://kubernetes.default.svc", `https://127.0.0.1:${port}`);
  writeFileSync(join(folder, "token"), "unique-token");
  writeFileSync(join(folder, "ca.crt"), authority.certificatePem);
  expect(await connectCluster(here).nodes()).toEqual([]);
  expect(seen).toEqual(["Bearer unique-token"]);
  writeFileSync(join(folder, "ca.crt"), (await newAuthority("other")).certificatePem);
  await expect(connectCluster(here).nodes()).rejects.toThrow();
  expect(seen).toHaveLength(1);
  rmSync(join(folder, "token"));
  expect(() => connectCluster(here)).toThrow("ENOENT");
  server.close();
  rmSync(folder, { recursive: true });
});

test("the CronJob keeps to the policies of every estate, and nobody reaches it", async () => {
  const all = manifests();
  // what kubectl makes the engine does not protect: it is the history of findings
  const rules = policies.filter(({ name }) => name !== "data-protected");
  const given = all.map((one) => ({ type: typeOf(one), name: one.metadata.name, props: one }));
  const found = await Promise.all(rules.map(async (rule) => [rule.name, await judge(rule, given)]));
  expect(found.filter(([, told]) => told?.length)).toEqual([]);
  // they look at it: without a limit, or without its policy, they tell
  const without = manifests(
    rendered()
      .replace(/cpu: "2"\n/, "")
      .replace("kind: NetworkPolicy", "kind: Other"),
  );
  const broken = without.map((one) => ({ type: typeOf(one), name: "it", props: one }));
  const told = await Promise.all(rules.map(async (rule) => ((await judge(rule, broken)).length > 0 ? rule.name : [])));
  expect(told.flat().sort()).toEqual(["pods-have-limits", "pods-have-network-policy"]);
  const policy = all.find((one) => one.kind === "NetworkPolicy");
  expect(policy.spec).toMatchObject({ podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [] });
});

test("who sets a schedule up is told every variable that the state's set-ups and the cloud's credential need", () => {
  const readme = readFileSync(join(project, "cli/state/README.md"), "utf8");
  const exported = [...readme.matchAll(/^ {4}export (.*)$/gm)].flatMap(([, line = ""]) =>
    [...line.matchAll(/(?:^| )([A-Z][A-Z0-9_]+)=/g)].map(([, name = ""]) => name),
  );
  expect(exported).toContain("AWS_REQUEST_CHECKSUM_CALCULATION");
  const cloud = ["OS_AUTH_TYPE", "OS_REGION_NAME", "OS_APPLICATION_CREDENTIAL_ID", "OS_APPLICATION_CREDENTIAL_SECRET"];
  const units = renderSystemd("prod", "/srv/estate");
  expect([...exported, ...cloud].filter((name) => !units.includes(name))).toEqual([]);
  // a pod has the passphrase itself: there is no file of it
  const pod = [...exported, ...cloud].map((name) => name.replace(/^(PULUMI_CONFIG_PASSPHRASE)_FILE$/, "$1"));
  expect(pod.filter((name) => !rendered().includes(name))).toEqual([]);
  for (const text of [units, rendered()]) expect(text).toContain("AWS_RESPONSE_CHECKSUM_VALIDATION=when_required");
});

function typeOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
}
