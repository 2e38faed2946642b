import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join, normalize } from "node:path";
import { addresses } from "../addresses.ts";
import { Trouble } from "../say.ts";

const ours = join(import.meta.dirname, "mirror");

/**
 * What hosts would download from the internet: the files of `local/boot/mirror`, and those an operator puts in
 * `<data>/mirror`, by HTTP. Throws `Trouble` when the port is taken.
 */
export async function startMirror(data: string, address: string = addresses.mirror, port = 80): Promise<Server> {
  const folders = [ours, join(data, "mirror")];
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://mirror").pathname));
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
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new Trouble(`the mirror cannot listen on ${address}:${port}: ${error.message}`)),
    );
    server.listen(port, address, resolve);
  });
  return server;
}
