/** The data of a Secret, in clear. */
export type Data = Readonly<Record<string, string>>;

/** The Secrets of a namespace. */
export interface Secrets {
  /** Nothing where there is none of that name. */
  read(name: string): Promise<Data | undefined>;
  /** Makes it, or sets these keys. */
  write(name: string, type: SecretType, data: Data): Promise<void>;
}

export type SecretType = "Opaque" | "kubernetes.io/tls";

export interface ApiAccess {
  /** Of the namespace's Secrets. */
  readonly url: string;
  /** It changes each hour. */
  readonly token: () => string;
}

/** The Secrets of the orchestrator, by its API. Errors name the Secret and the answer's status, and nothing that is in either. */
export class ApiSecrets implements Secrets {
  readonly #access: ApiAccess;

  constructor(access: ApiAccess) {
    this.#access = access;
  }

  async read(name: string): Promise<Data | undefined> {
    const answer = await this.#ask("GET", `/${name}`);
    if (answer.status === 404) return undefined;
    refuse(name, answer);
    const { data = {} } = (await answer.json()) as { readonly data?: Data };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
    );
  }

  async write(name: string, type: SecretType, data: Data): Promise<void> {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
    const body = { data: Object.fromEntries(encoded) };
    const changed = await this.#ask("PATCH", `/${name}`, body);
    if (changed.status !== 404) return refuse(name, changed);
    const metadata = { name, labels: { "app.kubernetes.io/name": "ingress", "app.kubernetes.io/part-of": "estate" } };
    refuse(name, await this.#ask("POST", "", { apiVersion: "v1", kind: "Secret", metadata, type, ...body }));
  }

  #ask(method: "GET" | "PATCH" | "POST", path: string, body?: object): Promise<Response> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return fetch(`${this.#access.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#access.token()}`, "content-type": type },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    });
  }
}

function refuse(name: string, { ok, status }: Response): void {
  if (!ok) throw new Error(`the orchestrator's API answered ${status} for the Secret ${name}`);
}
