import { client } from "../../local/daemon/client.ts";
import { place } from "../../local/place.ts";

/** Restarts one service and waits until it is ready. */
export async function restart(name: string, { json }: { json?: boolean }): Promise<void> {
  await (await client(place())).restart(name);
  process.stdout.write(json ? `${JSON.stringify({ restarted: name })}\n` : `${name} is ready again.\n`);
}
