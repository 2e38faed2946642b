import { createHash } from "node:crypto";
import pRetry, { AbortError } from "p-retry";
import { causeOf } from "../../local/cause.ts";
import { Trouble } from "../../local/say.ts";
import { nameOf, type Reference } from "./references.ts";

/** Where a registry is asked: by its name in images, an address. Others are asked at their own names, by HTTPS. */
export type Mirrors = Readonly<Record<string, string>>;

/** An index of all platforms first: hosts then take the one for theirs. */
const accepted = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Docker Hub's images are named docker.io, and its API is elsewhere. */
const hosts: Mirrors = { "docker.io": "https://registry-1.docker.io" };

const passing = new Set([429, 500, 502, 503, 504]);

/**
 * The digest that a registry has for an image's tag now. It is asked with HEAD, which Docker Hub does not count as a pull; of one that does
 * not say the digest then, the manifest is fetched and hashed.
 *
 * @param pause milliseconds before it is asked again for the first time, where it does not answer or says that it is busy
 * @throws Trouble when there is no such tag, it is not for everybody, or nobody answers
 */
export async function digestOf(reference: Reference, mirrors: Mirrors = {}, pause = 1000): Promise<string> {
  const { registry, repository, tag } = reference;
  const base = (mirrors[registry] ?? hosts[registry] ?? `https://${registry}`).replace(/\/+$/, "");
  // a mirror of several registries is told which one is meant
  const url = `${base}/v2/${repository}/manifests/${tag}${mirrors[registry] ? `?ns=${registry}` : ""}`;
  const ask = (method: "HEAD" | "GET") =>
    pRetry(() => manifest(method, url), {
      ...{ retries: 3, minTimeout: pause, factor: 3 },
    });
  try {
    const told = (await ask("HEAD")).headers.get("docker-content-digest");
    if (told) return whole(told);
    const body = new Uint8Array(await (await ask("GET")).arrayBuffer());
    return `sha256:${createHash("sha256").update(body).digest("hex")}`;
  } catch (error) {
    if (error instanceof Trouble) throw error;
    throw new Trouble(`${nameOf(reference)}: ${base} ${causeOf(error)}`);
  }
}

function whole(digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(`says a digest that is none: ${digest}`);
}

/** @throws Error that begins with a verb, the registry being who did it */
async function manifest(method: "HEAD" | "GET", url: string): Promise<Response> {
  const first = await send(method, url, {});
  const challenge = first.status === 401 ? first.headers.get("www-authenticate") : null;
  const answer = challenge ? await send(method, url, { authorization: `Bearer ${await tokenFor(challenge)}` }) : first;
  if (answer.ok) return answer;
  if (passing.has(answer.status)) throw new Error(`answers ${answer.status}, again and again`);
  throw new AbortError(refusal(answer.status));
}

const refusal = (status: number) =>
  ({
    401: "wants a login: what everybody may pull is pinned here alone",
    403: "does not show it to everybody",
    404: "has no such tag",
  })[status] ?? `answers ${status}`;

/** A token for everybody, as Docker's and the OCI's registries hand them out, for what the challenge asks. */
async function tokenFor(challenge: string): Promise<string> {
  const said = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  if (!/^bearer /i.test(challenge) || !said.realm || !URL.canParse(said.realm)) throw new AbortError(refusal(401));
  const realm = new URL(said.realm);
  for (const key of ["service", "scope"]) if (said[key]) realm.searchParams.set(key, said[key]);
  const answer = await send("GET", realm.href, {});
  if (!answer.ok) {
    if (passing.has(answer.status)) throw new Error(`hands out no token: ${realm.host} answers ${answer.status}`);
    throw new AbortError(refusal(401));
  }
  const { token, access_token } = (await answer.json()) as { readonly token?: string; readonly access_token?: string };
  return token ?? access_token ?? "";
}

function send(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, { method, headers: { accept: accepted, ...headers }, signal: AbortSignal.timeout(30_000) }).catch(
    (error: Error) => {
      throw new Error(`does not answer (${causeOf(error)})`);
    },
  );
}
