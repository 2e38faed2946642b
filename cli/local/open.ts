import { createServer, type Server, type Socket } from "node:net";
import { addresses } from "../../local/addresses.ts";
import { type Client, client } from "../../local/daemon/client.ts";
import { parsePort, parseTarget } from "../../local/daemon/target.ts";
import { type Place, place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";
import { apiAddress } from "./kubeconfig.ts";

/** Where a page is inside the stack, and how a browser asks for it. */
interface Page {
  readonly target: string;
  readonly scheme: "http" | "https";
}

/** The cloud's pages. The estate's own one, `kubernetes`, is where its kubeconfig says. */
const pages: Readonly<Record<string, Page>> = {
  keystone: { target: `${addresses.api}:5000`, scheme: "http" },
  nova: { target: `${addresses.api}:8774`, scheme: "http" },
  neutron: { target: `${addresses.api}:9696`, scheme: "http" },
  glance: { target: `${addresses.api}:9292`, scheme: "http" },
  cinder: { target: `${addresses.api}:8776`, scheme: "http" },
  designate: { target: `${addresses.api}:9001`, scheme: "http" },
  octavia: { target: `${addresses.api}:9876`, scheme: "http" },
};

/** Forwards a page to 127.0.0.1 until interrupted. Nothing else of the stack ever listens outside it. */
export async function open(name: string, { port, json }: { port: string; json?: boolean }): Promise<void> {
  const wanted = parsePort(port);
  if (wanted === undefined)
    throw new Trouble(`--port ${port} is no port; give a number from 1024 to 65535, or 0 for a free one`);
  const here = place();
  const page = name === "kubernetes" ? await orchestrator(here) : (pages[name] ?? named(name));
  const stack = await client(here);
  (await stack.tunnel(page.target)).destroy();
  const server = createServer((socket) => void forward(stack, page.target, socket));
  const bound = await listen(server, wanted);
  const url = `${page.scheme}://127.0.0.1:${bound}/`;
  process.stdout.write(json ? `${JSON.stringify({ name, url })}\n` : `${name} is at ${url} until you press Ctrl-C.\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  server.close();
  process.exit(0);
}

/** Returns the port it has. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // it stays: a connection that cannot be accepted later is no reason to end
    server.on("error", (error: NodeJS.ErrnoException) => reject(new Trouble(cannotListen(port, error))));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** Why nothing can listen on a port of 127.0.0.1, and what to do. */
export function cannotListen(port: number, { code, message }: NodeJS.ErrnoException): string {
  const cure = "choose another with --port, or 0 for a free one";
  if (code === "EADDRINUSE") return `port ${port} of 127.0.0.1 is taken; ${cure}`;
  if (code === "EACCES") return `port ${port} of 127.0.0.1 is for root alone, as those below 1024 are; ${cure}`;
  return `port ${port} of 127.0.0.1 cannot be opened (${message}); ${cure}`;
}

async function orchestrator(here: Place): Promise<Page> {
  const { host } = await apiAddress(here);
  return { target: host, scheme: "https" };
}

export function named(name: string): Page {
  const { port } = parseTarget(name) ?? {};
  if (port === undefined)
    throw new Trouble(
      `there is no page named ${name}. Known are ${["kubernetes", ...Object.keys(pages)].join(", ")}, or give NAME:PORT, such as bbb-1.estate.test:443, with a port from 1 to 65535`,
    );
  return { target: name, scheme: port === 443 || port === 6443 ? "https" : "http" };
}

async function forward(stack: Client, target: string, socket: Socket): Promise<void> {
  socket.once("error", () => socket.destroy());
  const upstream = await stack.tunnel(target).catch(() => undefined);
  if (!upstream) return void socket.destroy();
  upstream.once("error", () => socket.destroy());
  socket.pipe(upstream).pipe(socket);
}
