import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { project } from "../local/place.ts";

/** Characters of a hash that are shown. */
const shown = 8;

/**
 * The commit that a plan is of, for people: of a request its own, not the one that a CI job makes of it and its base; else what is
 * checked out, with `-dirty` where that was changed since. Nothing where there is no commit.
 */
export async function shownCommit(environment: NodeJS.ProcessEnv, folder = project): Promise<string | undefined> {
  const { GITHUB_SHA, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, CI_COMMIT_SHA } = environment;
  const named = [await requestHead(environment), GITHUB_SHA, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, CI_COMMIT_SHA];
  const hash = named.find((one) => /^[0-9a-f]{40,64}$/.test(one ?? ""));
  if (hash !== undefined) return hash.slice(0, shown);
  return git(folder, "describe", "--always", "--dirty", "--exclude=*", `--abbrev=${shown}`);
}

/** The whole hash of what is checked out; nothing where that was changed since, or is no clone. */
export async function cleanCommit(folder = project): Promise<string | undefined> {
  const changes = await git(folder, "status", "--porcelain", "--untracked-files=no");
  return changes === "" ? git(folder, "rev-parse", "HEAD") : undefined;
}

/** What GitHub tells of a pull request: its variable names the merge of both. */
async function requestHead({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!file) return undefined;
  try {
    const event = JSON.parse(await readFile(file, "utf8")) as {
      readonly pull_request?: { readonly head?: { readonly sha?: unknown } };
    };
    const sha = event.pull_request?.head?.sha;
    return typeof sha === "string" ? sha : undefined;
  } catch {
    return undefined;
  }
}

async function git(folder: string, ...command: readonly string[]): Promise<string | undefined> {
  const result = await execa("git", command, { cwd: folder, reject: false, stdin: "ignore" });
  return result.failed ? undefined : result.stdout.trim();
}
