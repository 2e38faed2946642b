import { type Command, InvalidArgumentError, Option } from "commander";
import { forges, type Named } from "./target.ts";

const help = `
The comment is that of the stack: a mark, which readers do not see, tells it from others, and it is edited where it stands. It takes
what 'estate preview --markdown FILE' wrote, or any Markdown, and 64,000 characters of it at most. It needs no state and no secret of
the stack; with --stack or PULUMI_STACK, no pulumi either.

In a job of GitHub Actions or GitLab CI, project, request and API are known. The token is taken from the environment alone:
GITHUB_TOKEN, which a job has; GITLAB_TOKEN, a project access token with the scope api. Where the forge limits requests, it waits.

Exit codes:
  0   the comment says it now (created, edited, or unchanged)
  1   it could not be put; the message has the cure
  75  the forge wants more time than --wait; the same command succeeds later`;

interface Options extends Named {
  readonly stack?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** `estate comment`. It is loaded when it is used. */
export function addCommentCommand(program: Command): void {
  program
    .command("comment")
    .description("put a plan on a pull or merge request, as one comment that is edited in place")
    .argument("<file>", "Markdown; - reads standard input")
    .option("--stack <name>", "whose plan; else PULUMI_STACK, the local stack if inside it, or the selected one")
    .addOption(new Option("--forge <name>", "where (default: that of the CI job)").choices(forges))
    .option("--project <name>", "owner/name on GitHub, a path or a number on GitLab (default: that of the CI job)")
    .option("--request <number>", "the pull or merge request (default: that of the CI job)", whole)
    .option("--wait <seconds>", "wait so long at most where the forge limits", seconds, 600)
    .option("--json", "print JSON at the end, for machines")
    .addHelpText("after", help)
    .action(async (file: string, options: Options) => (await import("./comment.ts")).comment(file, options));
}

function whole(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write its number, such as 12.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  throw new InvalidArgumentError("write seconds, such as 600.");
}
