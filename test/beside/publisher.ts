/** Who publishes images of hosts, on the loopback of the stack's namespace. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const cluster = 65_536;

/** A disk in QCOW2 that holds nothing. Glance looks into what is uploaded, and takes it for what it says it is. */
export function emptyDisk(gibibytes: number): Buffer {
  const disk = Buffer.alloc(2 * cluster);
  disk.write("QFI\xfb", "latin1");
  disk.writeUInt32BE(3, 4);
  disk.writeUInt32BE(Math.log2(cluster), 20);
  disk.writeBigUInt64BE(BigInt(gibibytes * 2 ** 30), 24);
  // its table of clusters, which has an entry for 512 MiB and says that there are none
  disk.writeUInt32BE(2 * gibibytes, 36);
  disk.writeBigUInt64BE(BigInt(cluster), 40);
  disk.writeUInt32BE(4, 96);
  disk.writeUInt32BE(104, 100);
  return disk;
}

export const digest = (algorithm: "sha256" | "sha512", bytes: Buffer) =>
  createHash(algorithm).update(bytes).digest("hex");

export interface Publisher {
  /** Where a file is, by its name. */
  url(name: string): string;
  close(): void;
}

/** Publishes files by their names. */
export async function publish(files: Readonly<Record<string, Buffer>>): Promise<Publisher> {
  const server = createServer(({ url = "/" }, answer) => {
    const bytes = files[url.slice(1)];
    answer.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { url: (name) => `http://127.0.0.1:${port}/${name}`, close: () => void server.close() };
}
