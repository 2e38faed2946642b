/** A registry of images as the distribution specification has it, with tokens as Docker's registries hand them out. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Registry {
  readonly url: string;
  /** Method, path and query of each request. */
  readonly seen: string[];
  /** Manifests by `repository:tag`. */
  readonly manifests: Record<string, string>;
  close(): void;
}

interface Manners {
  /** Asks for a token first. */
  readonly tokens?: boolean;
  /** Does not say the digest in a header. */
  readonly silent?: boolean;
  /** How often it says that it is busy, at first. */
  readonly busy?: number;
  readonly status?: number;
}

const token = "for-everybody";

export const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

export async function openRegistry({ tokens, silent, busy = 0, status }: Manners = {}): Promise<Registry> {
  const seen: string[] = [];
  const manifests: Record<string, string> = {};
  let left = busy;
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
    seen.push(`${request.method} ${request.url}`);
    if (pathname === "/token") {
      const scope = searchParams.get("scope") ?? "";
      return response.end(JSON.stringify(scope.endsWith(":pull") ? { token: `${token} ${scope}` } : {}));
    }
    if (left > 0) {
      left -= 1;
      return response.writeHead(429).end();
    }
    if (status) return response.writeHead(status).end();
    const [, repository = "", tag = ""] = pathname.match(/^\/v2\/(.+)\/manifests\/(.+)$/) ?? [];
    const scope = `repository:${repository}:pull`;
    if (tokens && request.headers.authorization !== `Bearer ${token} ${scope}`) {
      const challenge = `Bearer realm="http://${request.headers.host}/token",service="registry",scope="${scope}"`;
      return response.writeHead(401, { "www-authenticate": challenge }).end();
    }
    const manifest = manifests[`${repository}:${tag}`];
    const understood = request.headers.accept?.includes("application/vnd.oci.image.index.v1+json");
    if (manifest === undefined || !understood) return response.writeHead(404).end();
    response.writeHead(200, silent ? {} : { "docker-content-digest": sha256(manifest) });
    return response.end(request.method === "HEAD" ? undefined : manifest);
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, manifests, close: () => void server.close() };
}
