/** The workflows that a team copies: what they may, what they are given, in which order they run, and that their commands exist. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addCommentCommand } from "../../../cli/comment/command.ts";
import { addDriftCommands } from "../../../cli/drift/command.ts";
import { addPreviewCommand } from "../../../cli/preview/command.ts";
import { addRolloutCommands } from "../../../cli/rollout/command.ts";
import { addUpCommands } from "../../../cli/up/command.ts";
import { pulumi } from "../../../local/engine/archives.ts";
import { project } from "../../../local/place.ts";
import { versions } from "../../../stacks/versions.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress": boolean;
}

interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly "runs-on"?: string | readonly string[];
  readonly concurrency?: Concurrency;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly needs?: string;
  readonly env?: unknown;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly env?: unknown;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(project, "pipelines");
const text = async (name: string) => readFile(join(folder, name), "utf8");
const workflow = async (name: string) => parse(await text(`github/${name}.yml`)) as Workflow;
const github = ["estate-preview", "estate-up", "estate-drift"];
const checksums = {
  AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
  AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
};

/** Runs a step's script as the runner does, with an `estate` that ends with this code. */
let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "estate-pipeline-"));
  await mkdir(join(place, "cli"));
});
afterEach(async () => rm(place, { recursive: true, force: true }));

async function run(script: string, code: number, more: Readonly<Record<string, string>> = {}, says = "") {
  const estate = `#!/bin/sh\necho "$@" >> calls\nwhile [ $# -gt 0 ]; do [ "$1" = --markdown ] && echo "# told" > "$2"; shift; done\necho '${says}'\nexit ${code}\n`;
  await writeFile(join(place, "cli", "estate"), estate);
  await chmod(join(place, "cli", "estate"), 0o755);
  const env = {
    PATH: process.env.PATH,
    ESTATE_STACK: "prod",
    ESTATE_HISTORY: "/kept/drift.sqlite",
    ESTATE_FOLDER: "/kept",
    ...{ GITHUB_EVENT_NAME: "push", GITHUB_OUTPUT: join(place, "output"), RUNNER_TEMP: place, ...more },
  };
  const result = await execa("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    ...{ cwd: place, env: { ...env, GITHUB_STEP_SUMMARY: join(place, "summary") }, extendEnv: false, reject: false },
  });
  const read = async (name: string) => readFile(join(place, name), "utf8").catch(() => "");
  return { ...result, calls: await read("calls"), summary: await read("summary"), output: await read("output") };
}

const scriptOf = ({ steps }: Job, word: string) => steps.find(({ run }) => run?.includes(word))?.run ?? "";

describe.each(github)("%s of GitHub Actions", (name) => {
  it("pins every action by the hash of a commit, with its version beside it", async () => {
    const lines = (await text(`github/${name}.yml`)).split("\n").filter((line) => line.includes("uses:"));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("has no permission but those its jobs name, and of those only the comment's writes", async () => {
    const { permissions, jobs } = await workflow(name);
    expect(permissions).toEqual({});
    for (const [job, { permissions: own }] of Object.entries(jobs)) {
      const written = Object.entries(own ?? { none: "write" }).filter(([, level]) => level !== "read");
      expect([job, written]).toEqual([job, job === "comment" ? [["pull-requests", "write"]] : []]);
    }
  });

  it("gives secrets to single steps that run estate, and to jobs with an environment", async () => {
    const { env, jobs } = await workflow(name);
    expect(env).toBeUndefined();
    for (const { env: all, environment, steps } of Object.values(jobs)) {
      expect(all).toBeUndefined();
      const given = steps.filter((step) => /\{\{ *secrets\./.test(JSON.stringify(step)));
      for (const { run, with: inputs } of given)
        expect([run?.includes("cli/estate"), inputs]).toEqual([true, undefined]);
      if (given.length > 0) expect(environment).toMatch(/^(estate|\$\{\{ .* && 'estate-continue' \|\| 'estate' \}\}$)/);
    }
  });

  it("puts no text of others and no secret into a script, and prints none", async () => {
    const { jobs } = await workflow(name);
    for (const { steps } of Object.values(jobs))
      for (const { run: script = "", env = {} } of steps) {
        expect(script).not.toContain("${{");
        expect(script).not.toMatch(/set -[a-z]*x|\bprintenv\b|\benv\b|PULUMI_LOG|--show-secrets|--debug/);
        const secret = Object.keys(env).filter((key) => /secrets\.|github\.token/.test(env[key] ?? ""));
        expect(secret.filter((key) => script.includes(key))).toEqual([]);
      }
  });

  it("never runs the code of a request with the secrets of its base, keeps no credentials, and ends in time", async () => {
    const { on, jobs } = await workflow(name);
    expect(Object.keys(on)).not.toContain("pull_request_target");
    for (const { steps, "timeout-minutes": minutes } of Object.values(jobs)) {
      expect(minutes).toBeGreaterThan(0);
      for (const { uses, with: inputs } of steps)
        if (uses?.startsWith("actions/checkout@")) expect(inputs?.["persist-credentials"]).toBe(false);
    }
  });

  it("is one run a stack at a time", async () => {
    const { concurrency = (await workflow(name)).jobs.up?.concurrency } = await workflow(name);
    expect(concurrency?.group).toMatch(new RegExp(`^${name}-\\$\\{\\{ vars\\.ESTATE_STACK \\}\\}`));
    // what changes the estate, or is about to tell, is never stopped by the next
    expect(concurrency?.["cancel-in-progress"]).toBe(name === "estate-preview");
  });

  it("runs what asks the cloud or the orchestrator in a range of administrators, and nothing else there", async () => {
    const { jobs } = await workflow(name);
    for (const [job, { "runs-on": runner }] of Object.entries(jobs))
      expect([job, runner]).toEqual([
        job,
        ["comment", "fork"].includes(job) ? "ubuntu-24.04" : ["self-hosted", "estate"],
      ]);
  });

  it("speaks to a state in S3 as cli/state/README.md says", async () => {
    const { jobs } = await workflow(name);
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const given = steps.filter(({ env = {} }) => "PULUMI_BACKEND_URL" in env);
    expect(given).toHaveLength(1);
    expect(given[0]?.env).toMatchObject(checksums);
    for (const [key, value] of Object.entries(checksums))
      expect(await readFile(join(project, "cli", "state", "README.md"), "utf8")).toContain(`${key}=${value}`);
  });
});

describe("a pull request on GitHub", () => {
  it("of a fork has no preview, and is told why", async () => {
    const { jobs } = await workflow("estate-preview");
    expect(jobs.preview?.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
    expect(jobs.fork?.if).toBe("github.event.pull_request.head.repo.full_name != github.repository");
    const { exitCode, stdout, summary } = await run(scriptOf(jobs.fork as Job, "fork"), 1);
    expect([exitCode, summary]).toEqual([0, expect.stringContaining("gets no secrets")]);
    expect(stdout).toContain("::notice");
  });

  it("is commented on with a refused plan as well, by the code of its base, without a secret of the estate", async () => {
    const { jobs } = await workflow("estate-preview");
    const { comment, preview } = jobs;
    const upload = preview?.steps.find(({ uses }) => uses?.includes("upload-artifact"));
    expect(upload).toMatchObject({ if: "always()", with: { path: "plan.md" } });
    expect(comment).toMatchObject({ needs: "preview", if: expect.stringContaining('"failure"') });
    expect(JSON.stringify(comment)).not.toContain("secrets.");
    const checkout = comment?.steps.find(({ uses }) => uses?.includes("checkout"));
    expect(checkout?.with?.ref).toMatch(/github\.event\.pull_request\.base\.sha/);
    const refused = await run(scriptOf(preview as Job, "cli/estate"), 4);
    expect([refused.exitCode, refused.calls]).toEqual([4, "preview --stack prod --markdown plan.md\n"]);
  });

  it("is commented on where there is no plan as well: the older one does not stay", async () => {
    const { comment } = (await workflow("estate-preview")).jobs;
    const download = comment?.steps.find(({ uses }) => uses?.includes("download-artifact"));
    expect(download).toMatchObject({ "continue-on-error": true, with: { path: "plan" } });
    const step = comment?.steps.find(({ run }) => run?.includes("cli/estate comment"));
    expect(step?.env?.COMMIT).toMatch(/^\$\{\{ github\.event\.pull_request\.head\.sha \}\}$/);
    const { exitCode, calls, summary } = await run(step?.run ?? "", 0, { COMMIT: "a1".repeat(20) });
    expect([exitCode, calls]).toEqual([0, "comment plan/plan.md --stack prod\n"]);
    expect(summary).toMatch(/^## No plan for `prod`\n\nThe job for the commit `a1a1a1a1` came to no plan/);
    await writeFile(join(place, "plan", "plan.md"), "## Plan\n");
    expect((await run(step?.run ?? "", 0)).summary).toMatch(/## Plan\n$/);
  });
});

describe("the up after a merge on GitHub", () => {
  it("is of the branch main alone, with an approval before any secret", async () => {
    const { on, jobs } = await workflow("estate-up");
    expect(on).toMatchObject({ push: { branches: ["main"] }, workflow_dispatch: null });
    expect(Object.keys(on)).toEqual(["push", "workflow_dispatch", "schedule"]);
    expect(jobs.up?.if).toMatch(/^github\.ref == 'refs\/heads\/main' && /);
    // only the schedule, which begins nothing, asks nobody
    expect(jobs.up?.environment).toMatch(
      /^\$\{\{ github\.event_name == 'schedule' && 'estate-continue' \|\| 'estate' \}\}$/,
    );
    const minutes = jobs.up?.["timeout-minutes"] ?? 0;
    const budget = Number(/--budget (\d+)/.exec(scriptOf(jobs.up as Job, "cli/estate"))?.[1]);
    expect(minutes).toBeGreaterThan(budget + 60);
  });

  it.each([
    [0, 0],
    [1, 1],
    [4, 4],
    [75, 0],
  ])("ends as estate does, but for hosts that are left: %i becomes %i", async (code, expected) => {
    const { jobs } = await workflow("estate-up");
    const { exitCode, stdout, calls } = await run(scriptOf(jobs.up as Job, "cli/estate"), code);
    expect([exitCode, calls]).toEqual([expected, "up --stack prod --yes --budget 300\n"]);
    expect(stdout.includes("Hosts are left")).toBe(code === 75);
  });
});

describe("the schedule of the up on GitHub", () => {
  const sha = "e5".repeat(20);
  const look = async (code: number, commit: string) => {
    const { held } = (await workflow("estate-up")).jobs;
    const says = JSON.stringify({ stack: "prod", commit, result: "held" });
    return run(scriptOf(held as Job, "rollout status"), code, { GITHUB_SHA: sha }, says);
  };

  it("looks each hour, without a secret, and outside of the row of updates", async () => {
    const { on, jobs, concurrency } = await workflow("estate-up");
    expect(on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \* \* \* \*$/) }]);
    expect([concurrency, jobs.held?.concurrency, jobs.held?.environment]).toEqual([undefined, undefined, undefined]);
    expect(JSON.stringify(jobs.held)).not.toContain("secrets.");
    expect(jobs.held?.if).toBe("github.event_name == 'schedule' && github.ref == 'refs/heads/main'");
    // what it reads is what `up` writes
    const journalOf = (job: Job | undefined) => job?.steps.find(({ env }) => env?.ESTATE_JOURNAL)?.env?.ESTATE_JOURNAL;
    expect(journalOf(jobs.held)).toMatch(/^\$\{\{ vars\.ESTATE_FOLDER \}\}\/journal\.jsonl$/);
    expect(journalOf(jobs.up)).toBe(journalOf(jobs.held));
  });

  it.each([
    ["a roll of this commit was held back", 75, sha, "yes"],
    ["the roll that was held back is of another commit", 75, "f6".repeat(20), "no"],
    ["the last roll is done", 0, sha, "no"],
    ["the last roll failed", 1, sha, "no"],
    ["a roll runs", 3, sha, "no"],
  ])("where %s", async (_, code, commit, left) => {
    const { exitCode, output, calls } = await look(code, commit);
    expect([exitCode, output]).toEqual([0, `left=${left}\n`]);
    expect(calls).toBe("rollout status --stack prod --json\n");
  });

  it("goes on only where that says so, and looks again itself; a merge and a person wait for no look", async () => {
    const { up } = (await workflow("estate-up")).jobs;
    expect(up).toMatchObject({ needs: "held", if: expect.stringContaining("!cancelled()") });
    expect(up?.if).toMatch(/\(github\.event_name != 'schedule' \|\| needs\.held\.outputs\.left == 'yes'\)$/);
    const script = scriptOf(up as Job, "cli/estate up");
    const { calls } = await run(script, 0, { GITHUB_EVENT_NAME: "schedule" });
    expect(calls).toBe("up --stack prod --yes --budget 300 --continue\n");
    for (const [code, expected] of [
      [75, 0],
      [4, 4],
    ] as const)
      expect((await run(script, code, { GITHUB_EVENT_NAME: "schedule" })).exitCode).toBe(expected);
  });
});

describe("the look for drift on GitHub", () => {
  it.each([
    [0, 0, ""],
    [2, 2, "not as it should be"],
    [1, 1, "is not watched"],
    [75, 0, "An update runs"],
  ])("ends as estate does, but for an update that runs: %i becomes %i", async (code, expected, told) => {
    const { on, jobs } = await workflow("estate-drift");
    expect(on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \* \* \* \*$/) }]);
    const { exitCode, stdout, summary, calls } = await run(scriptOf(jobs.drift as Job, "cli/estate"), code);
    expect(exitCode).toBe(expected);
    expect(stdout).toContain(told);
    expect([summary, calls]).toEqual([
      "# told\n",
      expect.stringMatching(/^drift --stack prod .*--markdown drift\.md$/m),
    ]);
  });
});

describe("the pipeline of GitLab CI", () => {
  interface GitlabJob {
    readonly extends?: string;
    readonly tags?: readonly string[];
    readonly variables?: Readonly<Record<string, string>>;
    readonly rules?: readonly { readonly if: string; readonly when?: string }[];
    readonly environment?: { readonly name: string; readonly action?: string };
    readonly resource_group?: string;
    readonly interruptible?: boolean;
    readonly allow_failure?: { readonly exit_codes: readonly number[] };
    readonly timeout?: string;
    readonly before_script?: readonly string[];
    readonly script?: readonly string[];
  }
  const pipeline = async () => parse(await text("gitlab/estate.gitlab-ci.yml")) as Record<string, GitlabJob>;
  const jobs = ["preview", "comment", "fork", "up", "go-on", "drift"];

  it("runs for merge requests, the default branch and schedules, each job by rules of its own", async () => {
    const all = await pipeline();
    expect(Object.keys(all).sort()).toEqual([...jobs, "stages", "workflow", ".estate"].sort());
    for (const name of jobs)
      expect([name, all[name]?.rules?.length, Boolean(all[name]?.timeout)]).toEqual([name, 1, true]);
  });

  it("previews no fork, and says why", async () => {
    const all = await pipeline();
    const own = "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID";
    for (const name of ["preview", "comment"]) expect(all[name]?.rules?.[0]?.if).toContain(own);
    expect(all.fork?.rules?.[0]?.if).toContain(own.replace("==", "!="));
    expect(all.fork?.script?.join()).toContain("gets no variables");
  });

  it("comments by the code of the base, with a refused plan as well, in an environment of its own", async () => {
    const { preview, comment } = await pipeline();
    expect(preview).toMatchObject({ artifacts: { when: "always", paths: ["plan.md"] } });
    expect(comment?.rules?.[0]?.when).toBe("always");
    expect(comment?.before_script?.at(-1)).toBe('git checkout --quiet "$CI_MERGE_REQUEST_DIFF_BASE_SHA"');
    expect([preview?.environment?.name, comment?.environment?.name]).toEqual(["estate-preview", "estate-comment"]);
  });

  it("goes up from the default branch, by hand, one run a stack at a time, and is not stopped", async () => {
    const { up } = await pipeline();
    expect(up).toMatchObject({
      rules: [{ if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', when: "manual" }],
      ...{ environment: { name: "estate" }, resource_group: "estate-up-$ESTATE_STACK", interruptible: false },
      allow_failure: { exit_codes: [75] },
    });
  });

  it("goes on each hour from a schedule of its own, in the same row, with a command that begins nothing", async () => {
    const { up, drift, "go-on": goOn } = await pipeline();
    const scheduled = '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH';
    expect(goOn).toMatchObject({
      rules: [{ if: `${scheduled} && $ESTATE_SCHEDULE == "continue"` }],
      ...{ environment: { name: "estate-continue" }, resource_group: up?.resource_group, interruptible: false },
      ...{ allow_failure: { exit_codes: [75] }, script: up?.script?.map((line) => `${line} --continue`) },
    });
    expect(drift?.rules?.[0]?.if).toBe(`${scheduled} && $ESTATE_SCHEDULE != "continue"`);
    expect(up?.variables?.ESTATE_JOURNAL).toBe("$ESTATE_FOLDER/journal.jsonl");
    expect(goOn?.variables).toEqual(up?.variables);
  });

  it("runs in a range of administrators, and speaks to a state in S3 as cli/state/README.md says", async () => {
    const all = await pipeline();
    expect(all[".estate"]).toMatchObject({ tags: ["estate"], variables: checksums });
    for (const name of jobs)
      expect([name, all[name]?.extends, all[name]?.tags]).toEqual([
        name,
        name === "fork" ? undefined : ".estate",
        undefined,
      ]);
  });

  it("is commented on where there is no plan as well", async () => {
    const { comment } = await pipeline();
    const script = comment?.script?.join("\n") ?? "";
    const { exitCode, calls } = await run(script, 0, { CI_COMMIT_SHA: "a1".repeat(20) });
    expect([exitCode, calls]).toEqual([0, "comment plan.md --stack prod\n"]);
    expect(await readFile(join(place, "plan.md"), "utf8")).toMatch(/^## No plan for `prod`\n\n.*`a1a1a1a1`/);
    await writeFile(join(place, "plan.md"), "## Plan\n");
    await run(script, 0, { CI_COMMIT_SHA: "b2".repeat(20) });
    expect(await readFile(join(place, "plan.md"), "utf8")).toBe("## Plan\n");
  });

  it("looks for drift on a schedule, and only an update that runs is no failure", async () => {
    const { drift } = await pipeline();
    expect(drift?.rules?.[0]?.if).toContain('"schedule"');
    expect(drift).toMatchObject({ allow_failure: { exit_codes: [75] }, environment: { name: "estate-drift" } });
    expect((await run(drift?.script?.join("\n") ?? "", 2)).exitCode).toBe(2);
  });

  it("prints no variable, and holds no value of one", async () => {
    const all = await pipeline();
    for (const name of jobs) {
      const script = [...(all[name]?.before_script ?? []), ...(all[name]?.script ?? [])].join("\n");
      expect(script).not.toMatch(/set -[a-z]*x|\bprintenv\b|\benv\b|TOKEN|PASSPHRASE|SECRET|--show-secrets/);
    }
    expect(Object.values(all).filter((job) => JSON.stringify(job).match(/PASSPHRASE|_SECRET|GITLAB_TOKEN/))).toEqual(
      [],
    );
  });

  it("refuses an image without a digest", async () => {
    const guard = (await pipeline())[".estate"]?.before_script?.[0] ?? "";
    const tried = async (image: string) =>
      (await execa("sh", ["-ec", guard], { env: { ESTATE_IMAGE: image }, reject: false })).exitCode;
    expect([await tried("node:24"), await tried(`node:24@sha256:${"ab".repeat(32)}`)]).toEqual([1, 0]);
  });
});

it("every command of estate in a pipeline has the options that it is given", async () => {
  const program = new Command();
  addPreviewCommand(program);
  addCommentCommand(program);
  addUpCommands(program);
  addDriftCommands(program);
  const rollout = new Command("rollout");
  addRolloutCommands(rollout);
  program.addCommand(rollout);
  const files = await Promise.all(
    [...github.map((name) => `github/${name}.yml`), "gitlab/estate.gitlab-ci.yml"].map(text),
  );
  const uses = files.join("\n").matchAll(/cli\/estate (preview|comment|up|drift|rollout status) ([^|>\n]*)/g);
  const wrong: string[] = [];
  const seen = new Set<string>();
  for (const [line, name = "", rest = ""] of uses) {
    seen.add(name);
    const all = [...program.commands, ...rollout.commands];
    const options = all.find((one) => one.name() === name.split(" ").at(-1))?.options.map(({ long }) => long);
    for (const [flag] of rest.matchAll(/--[\w-]+/g)) if (!options?.includes(flag)) wrong.push(line);
  }
  expect(wrong).toEqual([]);
  expect([...seen].sort()).toEqual(["comment", "drift", "preview", "rollout status", "up"]);
});

describe("the installation of Pulumi", () => {
  it("is of the pinned version, with the pinned hashes", async () => {
    const script = await text("install-pulumi");
    expect(/^version=(.+)$/m.exec(script)?.[1]).toBe(versions.pulumi);
    for (const processor of ["x64", "arm64"]) {
      const hash = pulumi.sha256[`pulumi-v${versions.pulumi}-linux-${processor}.tar.gz`];
      expect(script).toContain(`processor=${processor} hash=${hash} ;;`);
    }
    expect(script).toContain(`:-${pulumi.address}}`);
    expect((await readdir(folder)).sort()).toEqual(["README.md", "github", "gitlab", "install-pulumi"]);
  });

  it("takes an archive with the right bytes, refuses another, and does nothing where it is there", async () => {
    const source = join(place, "source");
    await mkdir(join(source, "pulumi"), { recursive: true });
    await writeFile(join(source, "pulumi", "pulumi"), `#!/bin/sh\necho v${versions.pulumi}\n`, { mode: 0o755 });
    const processor = process.arch === "arm64" ? "arm64" : "x64";
    const archive = join(source, `pulumi-v${versions.pulumi}-linux-${processor}.tar.gz`);
    execFileSync("tar", ["--create", "--gzip", "--file", archive, "--directory", source, "pulumi"]);
    const hash = createHash("sha256")
      .update(await readFile(archive))
      .digest("hex");
    const script = join(place, "install-pulumi");
    await copyFile(join(folder, "install-pulumi"), script);
    const install = async (from: string) =>
      execa(script, [join(place, "engine")], { env: { PULUMI_ARCHIVES: from }, reject: false });
    const refused = await install(`file://${source}`);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("do not go on")]);
    expect(await readdir(join(place, "engine"))).toEqual([]);
    const pinned = pulumi.sha256[`pulumi-v${versions.pulumi}-linux-${processor}.tar.gz`] ?? "";
    await writeFile(script, (await readFile(script, "utf8")).replace(pinned, hash));
    const installed = await install(`file://${source}`);
    expect(installed.exitCode, installed.stderr).toBe(0);
    expect((await execa(join(place, "engine", "pulumi", "pulumi"))).stdout).toBe(`v${versions.pulumi}`);
    expect((await install("file:///nowhere")).exitCode).toBe(0);
  });
});

it("wherever a state in S3 may be used, its client sends no checksum that only Amazon's servers take", async () => {
  const needed = {
    AWS_REQUEST_CHECKSUM_CALCULATION: "when_required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
  };
  const steps = (await Promise.all(github.map(workflow))).flatMap(({ jobs }) =>
    Object.values(jobs).flatMap((job) => job.steps),
  );
  const keyed = steps.flatMap(({ env }) => (env && "AWS_SECRET_ACCESS_KEY" in env ? [env] : []));
  expect(keyed).toHaveLength(github.length);
  for (const env of keyed) expect(env).toMatchObject(needed);
  const gitlab = parse(await text("gitlab/estate.gitlab-ci.yml")) as Record<string, object>;
  expect(gitlab[".estate"]).toMatchObject({ variables: needed });
});
