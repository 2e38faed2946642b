import { createServer, type Socket } from "node:net";
import { addresses } from "../../local/addresses.ts";
import { type Client, client } from "../../local/daemon/client.ts";
import { place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

/** What has a name of its own: where it is inside the stack, and how a browser asks for it. */
const pages: Readonly<Record<string, { readonly target: string; readonly scheme: "http" | "https" }>> = {
  kubernetes: { target: "api.estate.test:6443", scheme: "https" },
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
  const page = pages[name] ?? named(name);
  const stack = await client(place());
  (await stack.tunnel(page.target)).destroy();
  const server = createServer((socket) => void forward(stack, page.target, socket));
  const bound = await new Promise<number>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Trouble(`port ${port} of 127.0.0.1 is taken; choose another with --port, or 0 for a free one`)
          : error,
      ),
    );
    server.listen(Number(port), "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : Number(port));
    });
  });
  const url = `${page.scheme}://127.0.0.1:${bound}/`;
  process.stdout.write(json ? `${JSON.stringify({ name, url })}\n` : `${name} is at ${url} until you press Ctrl-C.\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  server.close();
  process.exit(0);
}

function named(name: string): { target: string; scheme: "http" | "https" } {
  const port = Number(/:(\d+)$/.exec(name)?.[1]);
  if (!port)
    throw new Trouble(
      `there is no page named ${name}. Known are ${Object.keys(pages).join(", ")}, or give NAME:PORT, such as bbb-1.estate.test:443`,
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
