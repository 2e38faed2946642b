/** Which commit a plan is of, as people, a CI job and git name it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cleanCommit, shownCommit } from "../../../cli/commit.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "estate-commit-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const [merge, head] = ["a1".repeat(20), "b2".repeat(20)];
const git = async (...command: readonly string[]) =>
  (await execa("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...command], { cwd: folder })).stdout;

it("is on GitHub that of the request, and not the merge of it and its base; else that of the job", async () => {
  const event = join(folder, "event.json");
  await writeFile(event, JSON.stringify({ pull_request: { number: 7, head: { sha: head } } }));
  expect(await shownCommit({ GITHUB_SHA: merge, GITHUB_EVENT_PATH: event }, folder)).toBe("b2b2b2b2");
  await writeFile(event, JSON.stringify({ ref: "refs/heads/main" }));
  expect(await shownCommit({ GITHUB_SHA: merge, GITHUB_EVENT_PATH: event }, folder)).toBe("a1a1a1a1");
});

it("is on GitLab that of the source branch, where the pipeline is of the merged result; else that of the job", async () => {
  const merged = { CI_COMMIT_SHA: merge, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head };
  expect(await shownCommit(merged, folder)).toBe("b2b2b2b2");
  expect(await shownCommit({ ...merged, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "" }, folder)).toBe("a1a1a1a1");
});

it("is elsewhere what is checked out; for a timer only where nothing was changed since", async () => {
  expect([await shownCommit({}, folder), await cleanCommit(folder)]).toEqual([undefined, undefined]);
  await git("init", "--quiet");
  await writeFile(join(folder, "file"), "one");
  await git("add", "file");
  await git("commit", "--quiet", "--message", "one");
  await git("tag", "v1");
  const hash = await git("rev-parse", "HEAD");
  expect([await shownCommit({ GITHUB_SHA: "`<b>`" }, folder), await cleanCommit(folder)]).toEqual([
    hash.slice(0, 8),
    hash,
  ]);
  await writeFile(join(folder, "plan.md"), "beside");
  expect(await cleanCommit(folder)).toBe(hash);
  await writeFile(join(folder, "file"), "two");
  expect([await shownCommit({}, folder), await cleanCommit(folder)]).toEqual([`${hash.slice(0, 8)}-dirty`, undefined]);
});
