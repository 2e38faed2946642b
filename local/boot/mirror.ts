import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join, normalize } from "node:path";
import { addresses } from "../addresses.ts";
import { Trouble } from "../say.ts";
import { portOwner } from "./port-owner.ts";

const ours = join(import.meta.dirname, "mirror");

/**
 * What hosts would download from the internet: the files of `local/boot/mirror`, and those an operator puts in
 * `<data>/mirror`, by HTTP. Throws `Trouble` when the port is taken.
 */
export async function startMirror(data: string, address: string = addresses.mirror, port = 80): Promise<Server> {
  const folders = [ours, join(data, "mirror")];
  const server = createServer(async (request, response) => {
    const path = pathOf(request.url ?? "/");
    if (path === undefined) return response.writeHead(400).end("this is no path\n");
    for (const folder of folders) {
      const file = join(folder, path);
      const found = await stat(file).catch(() => undefined);
      if (!found?.isFile()) continue;
      response.writeHead(200, { "content-length": found.size, "content-type": "application/octet-stream" });
      if (request.method === "HEAD") return response.end();
      return createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
    }
    response.writeHead(404).end(`there is no ${path} here\n`);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      // it stays: a connection that cannot be accepted later is no reason to end
      server.on("error", reject);
      server.listen(port, address, resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? await takenBy(port) : `${message}; 'estate local down', then 'estate local up'`;
    throw new Trouble(`the mirror cannot listen on ${address}:${port}: ${why}`);
  }
  return server;
}

/** Nothing for what cannot be read: it comes from hosts, which must not be able to harm the daemon. */
function pathOf(url: string): string | undefined {
  try {
    return normalize(decodeURIComponent(new URL(url, "http://mirror").pathname));
  } catch {
    return undefined;
  }
}

async function takenBy(port: number): Promise<string> {
  const owner = await portOwner(port);
  return owner === undefined
    ? "something else has that port; 'estate local exec -- ss -ltnp' says what: end it, then 'estate local up'"
    : `${owner} has that port; end it ('estate local exec -- ps ax' shows what it is), then 'estate local up'`;
}
