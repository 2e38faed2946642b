import { Trouble } from "../../local/say.ts";

/** A request that a forge refused, or did not answer (status 0). */
export class ForgeError extends Trouble {
  readonly status: number;
  readonly headers: Headers;

  constructor(what: string, status: number, headers: Headers, said: string) {
    super(`${what}: ${status === 0 ? "no answer" : status}${said ? ` (${said})` : ""}`);
    this.status = status;
    this.headers = headers;
  }
}

/** A forge that wants more time than there is. */
export class Later extends Trouble {
  constructor(why: ForgeError, seconds: number) {
    super(
      `${why.message}; it takes requests again in ${seconds} s, which is longer than --wait allows: run it again then`,
    );
  }
}

/** What an operator is told of a refusal. */
export function withCure(error: unknown): unknown {
  if (!(error instanceof ForgeError)) return error;
  const cure = cures[error.status] ?? (error.status >= 300 && error.status < 400 ? moved : undefined);
  return cure === undefined ? error : new Trouble(`${error.message}. ${cure}`, { cause: error });
}

const moved = "The project has moved: name where it is now with --project";

const cures: Readonly<Record<number, string>> = {
  401: "The token is wrong or has expired: put a new one into the environment",
  403: "The token may not comment here: on GitHub the job needs 'permissions: pull-requests: write', which runs of forks never have; on GitLab a project access token with the scope api and the role Reporter or higher. A locked conversation takes no comment either",
  404: "There is no such project or request, or the token does not see it",
  0: "Look whether the address of the API is right and can be reached from here",
};
