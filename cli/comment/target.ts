import { readFileSync } from "node:fs";
import { Trouble } from "../../local/say.ts";

export const forges = ["github", "gitlab"] as const;
export type ForgeName = (typeof forges)[number];

/** Which request of which project is commented on, and with what. */
export interface Target {
  readonly forge: ForgeName;
  /** Of the API, without a slash at its end. */
  readonly url: string;
  /** On GitHub owner and name, on GitLab a number or a path. */
  readonly project: string;
  readonly request: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What an operator says; a CI job says the rest in its environment. */
export interface Named {
  readonly forge?: ForgeName;
  readonly project?: string;
  readonly request?: number;
}

/**
 * What is named, else what the environment of a CI job says. The token comes from the environment and from nowhere else.
 *
 * @throws Trouble with everything that is missing, each with its cure
 */
export function targetOf(named: Named, environment: NodeJS.ProcessEnv): Target {
  const forge = named.forge ?? (environment.GITHUB_ACTIONS ? "github" : environment.GITLAB_CI ? "gitlab" : undefined);
  if (!forge)
    throw new Trouble(
      "this is no job of GitHub Actions or GitLab CI: say which forge with --forge github or --forge gitlab",
    );
  const { url, project, request, token, tokenName } = { github, gitlab }[forge](environment);
  const to = named.project ?? project;
  const number = named.request ?? request;
  const mistakes = [
    ...(to ? wrongProject(forge, to) : ["no project: name it with --project"]),
    ...(number ? [] : ["no request: this job is of none; name its number with --request"]),
    ...(token ? [] : [`no token: put one into the environment as ${tokenName}`]),
    ...wrongUrl(url),
  ];
  if (!to || !number || !token || mistakes.length > 0)
    throw new Trouble(["cannot comment:", ...mistakes.map((mistake) => `  ${mistake}`)].join("\n"));
  const headers: Readonly<Record<string, string>> =
    forge === "github" ? { ...version, authorization: `Bearer ${token}` } : { "private-token": token };
  return { forge, url: url.replace(/\/+$/, ""), project: to, request: number, headers };
}

const version = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };

function github(environment: NodeJS.ProcessEnv) {
  return {
    url: environment.GITHUB_API_URL || "https://api.github.com",
    project: environment.GITHUB_REPOSITORY,
    request: numberOf(/^refs\/pull\/(\d+)\//.exec(environment.GITHUB_REF ?? "")?.[1]) ?? eventRequest(environment),
    token: environment.GITHUB_TOKEN,
    tokenName: "GITHUB_TOKEN",
  };
}

function gitlab(environment: NodeJS.ProcessEnv) {
  return {
    url: environment.CI_API_V4_URL || "https://gitlab.com/api/v4",
    // a pipeline of a fork's merge request runs in the fork
    project: environment.CI_MERGE_REQUEST_PROJECT_ID ?? environment.CI_PROJECT_ID,
    request: numberOf(environment.CI_MERGE_REQUEST_IID),
    token: environment.GITLAB_TOKEN,
    // the job's own token may not write notes
    tokenName: "GITLAB_TOKEN (a project access token with the scope api)",
  };
}

/** Some events name no ref of the request: it is in what GitHub tells of the event. */
function eventRequest({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv): number | undefined {
  try {
    const event = JSON.parse(readFileSync(file ?? "", "utf8")) as {
      readonly pull_request?: { readonly number?: unknown };
    };
    return numberOf(String(event.pull_request?.number ?? ""));
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function wrongProject(forge: ForgeName, project: string): string[] {
  if (forge === "gitlab" || /^[\w.-]+\/[\w.-]+$/.test(project)) return [];
  return [`'${project}' is no project of GitHub: write owner/name`];
}

/** A token goes over the wire encrypted, or not over a wire. */
function wrongUrl(text: string): string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && loopback)) return [];
  return [`'${text}' is no address of an API: it must begin with https://`];
}
