import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { checksumOf } from "../../../apps/registrator/service/checksum.ts";

/** An HTTP server on loopback that can be stopped and started again at its port. */
export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function listen(handler: RequestListener): Promise<Listening> {
  let server: Server | undefined;
  let port = 0;
  const start = async () => {
    const started = createServer(handler);
    await new Promise<void>((resolve) => started.listen(port, "127.0.0.1", resolve));
    port = (started.address() as AddressInfo).port;
    server = started;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    stop: async () => {
      const stopped = server;
      server = undefined;
      stopped?.closeAllConnections();
      await new Promise((resolve) => (stopped ? stopped.close(resolve) : resolve(undefined)));
    },
  };
}

/** Whether a call is signed as the documentation says, with sha256: over its name, the query as it came, and the secret. */
export function isSigned(call: string, search: string, secret: string): boolean {
  const query = search.replace(/^\?/, "");
  const [, before = "", checksum = ""] = /^(?:(.*)&)?checksum=([0-9a-f]{64})$/.exec(query) ?? [];
  return checksum === checksumOf(call, before, secret, "sha256");
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk as string;
  return text;
}

export function failed(key: string, message: string): string {
  return `<response><returncode>FAILED</returncode><messageKey>${key}</messageKey><message>${message}</message></response>`;
}

/** Waits until something is so. @throws Error after some seconds, with what was there instead */
export async function until<T>(what: () => T, is: (value: T) => boolean, seconds = 12): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = what();
    if (is(value)) return value;
    if (Date.now() > end) throw new Error(`not so within ${seconds} s: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
