/** `estate comment` as a CI job runs it: what it takes from the environment, what it prints, and its exit codes. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bodyOf, markOf, textLimit } from "../../../cli/comment/body.ts";
import { targetOf } from "../../../cli/comment/target.ts";
import { project } from "../../../local/place.ts";
import { type FakeForge, fakeForge, token } from "./fake-forge.ts";

let forge: FakeForge;
let folder: string;
beforeEach(async () => {
  forge = await fakeForge("github");
  folder = await mkdtemp(join(tmpdir(), "estate-comment-"));
  await writeFile(join(folder, "plan.md"), "## Plan for `prod`\n");
});
afterEach(async () => {
  forge.close();
  await rm(folder, { recursive: true, force: true });
});

const job = () => ({
  ...{ GITHUB_ACTIONS: "true", GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "acme/estate", GITHUB_TOKEN: token },
  GITHUB_REF: "refs/pull/7/merge",
});

async function estate(args: readonly string[], environment: NodeJS.ProcessEnv = {}, input = "") {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...job(), ...environment };
  const result = await execa(process.execPath, [join(project, "cli", "main.ts"), "comment", ...args], {
    ...{ cwd: project, env, extendEnv: false, reject: false, input },
  });
  // compared here: a failed expectation would print it
  expect(`${result.stdout}${result.stderr}`.includes(token)).toBe(false);
  return result;
}

describe("estate comment", { timeout: 60_000 }, () => {
  it("takes all but the stack from the job, and prints JSON", async () => {
    const { exitCode, stdout, stderr } = await estate([join(folder, "plan.md"), "--stack", "prod", "--json"]);
    expect(exitCode, stderr).toBe(0);
    const told = { stack: "prod", forge: "github", project: "acme/estate", request: 7, result: "created", removed: 0 };
    expect(JSON.parse(stdout)).toMatchObject({ ...told, id: forge.notes[0]?.id });
    expect(forge.notes[0]?.body).toBe(`${markOf("prod")}\n## Plan for \`prod\`\n`);
  });

  it("reads standard input, and says for people what it did", async () => {
    const { exitCode, stdout } = await estate(["-", "--stack", "prod"], {}, "from a pipe\n");
    expect([exitCode, stdout]).toEqual([0, "The comment of stack prod on request 7 of acme/estate is created."]);
    expect(forge.notes[0]?.body).toContain("from a pipe");
  });

  it("ends with 75 where the forge wants more time than there is", async () => {
    forge.refuse(/./, { status: 429, headers: { "retry-after": "900" } });
    const { exitCode, stderr } = await estate([join(folder, "plan.md"), "--stack", "prod", "--wait", "10"]);
    expect(exitCode).toBe(75);
    expect(stderr).toContain("in 900 s");
  });

  it("ends with 1 and the cure where it may not, as a run of a fork may not", async () => {
    forge.refuse(/POST/, { status: 403, body: { message: "Resource not accessible by integration" } });
    const { exitCode, stdout } = await estate([join(folder, "plan.md"), "--stack", "prod", "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error).toMatch(/not accessible by integration.*which runs of forks never have/);
  });

  it("sends nothing where something is missing, and names all of it", async () => {
    const nothing = {
      GITHUB_TOKEN: "",
      GITHUB_REPOSITORY: "",
      GITHUB_REF: "refs/heads/main",
      GITHUB_API_URL: "http://example.org",
    };
    const { exitCode, stderr } = await estate([join(folder, "plan.md"), "--stack", "prod"], nothing);
    expect(exitCode).toBe(1);
    for (const what of ["--project", "--request", "GITHUB_TOKEN", "https://"]) expect(stderr).toContain(what);
    await writeFile(join(folder, "plan.md"), " \n");
    expect((await estate([join(folder, "plan.md"), "--stack", "prod"])).stderr).toContain("there is no text");
    expect(forge.seen).toEqual([]);
  });
});

it("in a pipeline of a fork's merge request, the project is the one the request is to", () => {
  const environment = {
    ...{ GITLAB_CI: "true", GITLAB_TOKEN: token, CI_API_V4_URL: "https://gitlab.example.org/api/v4" },
    ...{ CI_PROJECT_ID: "99", CI_MERGE_REQUEST_PROJECT_ID: "12", CI_MERGE_REQUEST_IID: "7" },
  };
  expect(targetOf({}, environment)).toEqual({
    ...{ forge: "gitlab", url: "https://gitlab.example.org/api/v4", project: "12", request: 7 },
    headers: { "private-token": token },
  });
  const job = { ...environment, GITLAB_TOKEN: undefined, CI_JOB_TOKEN: token };
  expect(() => targetOf({}, job)).toThrow(/no token: .*GITLAB_TOKEN/);
});

it("the longest text that a preview writes is a comment as it is", () => {
  const stack = "a-stack-with-a-long-name.of-dots-and-dashes";
  const text = "x".repeat(textLimit(stack) - 1);
  expect(bodyOf(stack, `${text}\n`)).toBe(`${markOf(stack)}\n${text}\n`);
  expect(bodyOf(stack, `${text}\n`).length).toBeLessThanOrEqual(64_000);
});
