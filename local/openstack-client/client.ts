import type { Cloud } from "./clouds.ts";
import { OpenstackError } from "./error.ts";
import { type Answer, send } from "./http.ts";
import { nextPage } from "./paging.ts";
import { endpoint, isListed, logIn, NotInCatalog, type Token } from "./token.ts";

/** The types of services as clouds list them in their catalog. */
export type ServiceType =
  | "identity"
  | "compute"
  | "network"
  | "block-storage"
  | "image"
  | "dns"
  | "load-balancer"
  | "shared-file-system"
  | "key-manager";

export interface RequestOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Such as `OpenStack-API-Version` (microversions). */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A cloud one is logged in to. Tokens are fetched when first needed and renewed by themselves. */
export interface OpenStack {
  /**
   * Sends a request to a service; `path` begins with a slash and goes on where the catalog's address ends,
   * except that a version both have (`/v2.0`) is not doubled. Returns the JSON of the answer, or nothing if it has none.
   *
   * Throws `OpenstackError` when the service refuses, `Trouble` when it cannot be reached.
   */
  request<T>(method: string, service: ServiceType, path: string, options?: RequestOptions): Promise<T>;
  get<T>(service: ServiceType, path: string, options?: RequestOptions): Promise<T>;
  /** All elements of a collection, over all its pages; `key` is the name of the list in the answer. */
  list<T>(service: ServiceType, path: string, key: string, options?: RequestOptions): Promise<T[]>;
  /** The id of the project the credentials are for. */
  projectId(): Promise<string>;
  /** Whether the catalog has an endpoint of the service, for this region and interface. */
  offers(service: ServiceType): Promise<boolean>;
}

/** Does not connect yet: the first request does. */
export function connect(cloud: Cloud): OpenStack {
  const login = keepLogin(cloud);
  const request = async (
    method: string,
    service: ServiceType,
    url: Url,
    options: RequestOptions = {},
  ): Promise<Answer> => {
    for (let attempt = 1; ; attempt++) {
      const token = await login.token();
      try {
        const address = url(endpoint(token, cloud, service));
        const { body, headers } = options;
        return await send({
          method,
          url: address,
          headers: { "x-auth-token": token.value, ...headers },
          ...(body !== undefined && { body }),
        });
      } catch (error) {
        // a token can be revoked before it expires, and a service can come into the catalog after it was given
        const outdated = error instanceof OpenstackError ? error.status === 401 : error instanceof NotInCatalog;
        if (!outdated || attempt > 1) throw error;
        login.forget(token);
      }
    }
  };
  const get = async <T>(service: ServiceType, path: string, options?: RequestOptions): Promise<T> =>
    parse<T>(await request("GET", service, (base) => join(base, path, options?.query), options));
  return {
    get,
    request: async <T>(method: string, service: ServiceType, path: string, options?: RequestOptions) =>
      parse<T>(await request(method, service, (base) => join(base, path, options?.query), options)),
    list: async <T>(service: ServiceType, path: string, key: string, options?: RequestOptions) => {
      const elements: T[] = [];
      for (let url: Url | undefined = (base) => join(base, path, options?.query); url; ) {
        const body = parse<Record<string, unknown>>(await request("GET", service, url, options));
        elements.push(...((body[key] as T[] | undefined) ?? []));
        const next = nextPage(body, key);
        url = next === undefined ? undefined : (base) => new URL(next, `${base}/`).href;
      }
      return elements;
    },
    projectId: async () => (await login.token()).project?.id ?? "",
    offers: async (service) => isListed(await login.token(), cloud, service),
  };
}

type Url = (base: string) => string;

function parse<T>(answer: Answer): T {
  return (answer.text === "" ? undefined : JSON.parse(answer.text)) as T;
}

/** `https://api:9696` or `https://api:9696/v2.0`, both with `/v2.0/ports`, give `https://api:9696/v2.0/ports`. */
export function join(base: string, path: string, query: RequestOptions["query"] = {}): string {
  const [version = ""] = /^\/v\d+(\.\d+)?(?=\/|$)/.exec(path) ?? [];
  const stem = version !== "" && base.endsWith(version) ? base.slice(0, -version.length) : base;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return search.size === 0 ? `${stem}${path}` : `${stem}${path}?${search}`;
}

/** A token is renewed this long before it expires, so that none expires under way. */
const renewMilliseconds = 60_000;

function keepLogin(cloud: Cloud): { token(): Promise<Token>; forget(token: Token): void } {
  let known: Token | undefined;
  let pending: Promise<Token> | undefined;
  const renew = async (): Promise<Token> => {
    try {
      known = await logIn(cloud);
      return known;
    } finally {
      pending = undefined;
    }
  };
  return {
    token: async () => {
      if (known && known.expires.getTime() - Date.now() > renewMilliseconds) return known;
      pending ??= renew();
      return pending;
    },
    forget: (token) => {
      if (known === token) known = undefined;
    },
  };
}
