import { Trouble } from "../say.ts";
import type { Cloud, Credentials } from "./clouds.ts";
import { OpenstackError } from "./error.ts";
import { send } from "./http.ts";

/** What keystone gives for credentials. */
export interface Token {
  readonly value: string;
  readonly expires: Date;
  /** Undefined for a token without a project. */
  readonly project?: { readonly id: string; readonly name: string };
  readonly catalog: readonly CatalogEntry[];
}

export interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly { readonly interface: string; readonly region: string; readonly url: string }[];
}

/** Logs in. Throws `Trouble` that says what to check when keystone refuses. */
export async function logIn(cloud: Cloud): Promise<Token> {
  const url = `${cloud.authUrl.replace(/\/+$/, "").replace(/\/v3$/, "")}/v3/auth/tokens`;
  const answer = await send({ method: "POST", url, body: { auth: loginBody(cloud.credentials) } }).catch(
    (error: unknown) => {
      if (!(error instanceof OpenstackError) || error.status !== 401) throw error;
      throw new Trouble(`keystone at ${cloud.authUrl} refuses the ${cloud.credentials.kind} of clouds.yaml`);
    },
  );
  const { token } = JSON.parse(answer.text) as { token: TokenBody };
  return {
    value: answer.headers.get("x-subject-token") ?? "",
    expires: new Date(token.expires_at),
    ...(token.project && { project: token.project }),
    catalog: token.catalog ?? [],
  };
}

/** The `auth` object of keystone's `POST /v3/auth/tokens`. */
export function loginBody(credentials: Credentials): unknown {
  if (credentials.kind === "application credential") {
    const { id, secret } = credentials;
    return { identity: { methods: ["application_credential"], application_credential: { id, secret } } };
  }
  const { username: name, password, userDomain: domain, project } = credentials;
  return {
    identity: { methods: ["password"], password: { user: { name, domain, password } } },
    scope: { project: project.id === undefined ? project : { id: project.id } },
  };
}

/** The catalog has no endpoint of a service. */
export class NotInCatalog extends Trouble {}

/** Other names under which clouds list a service. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  "block-storage": ["block-storage", "volumev3"],
  "shared-file-system": ["shared-file-system", "sharev2"],
};

/**
 * The address of a service, without a slash at the end.
 *
 * Throws `NotInCatalog` when the catalog has none for this region and interface.
 */
export function endpoint(token: Token, cloud: Cloud, service: string): string {
  const found = listed(token, cloud, service);
  if (found !== undefined) return found;
  const where = cloud.region === undefined ? "" : ` in region ${cloud.region}`;
  throw new NotInCatalog(`the cloud's catalog has no ${cloud.interface} endpoint of ${service}${where}`);
}

/** Whether `endpoint` finds one. */
export function isListed(token: Token, cloud: Cloud, service: string): boolean {
  return listed(token, cloud, service) !== undefined;
}

function listed(token: Token, cloud: Cloud, service: string): string | undefined {
  const types = aliases[service] ?? [service];
  for (const entry of token.catalog.filter(({ type }) => types.includes(type))) {
    const found = entry.endpoints.find(
      (candidate) =>
        candidate.interface === cloud.interface && (cloud.region === undefined || candidate.region === cloud.region),
    );
    if (found) return found.url.replace(/\/+$/, "");
  }
  return undefined;
}

interface TokenBody {
  readonly expires_at: string;
  readonly project?: { readonly id: string; readonly name: string };
  readonly catalog?: readonly CatalogEntry[];
}
