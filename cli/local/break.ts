import { client } from "../../local/daemon/client.ts";
import { place } from "../../local/place.ts";

/** Tells a host to fail. */
export async function breakHost(host: string, how: string, { json }: { json?: boolean }): Promise<void> {
  await (await client(place())).break(host, how);
  process.stdout.write(json ? `${JSON.stringify({ host, how })}\n` : `${host}: ${how}\n`);
}
