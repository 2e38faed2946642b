/** A file on the volume `recordings` of hosts that have one: there as it was after whatever replaces servers alone. */
import { run } from "./estate.ts";
import { ssh } from "./ssh.ts";

const file = "/var/lib/recordings/marker";
/** The address that a host announces. */
export const announced = (host: string) => run("dig", "+short", `${host}.estate.test`);

/** What the marker of a host says. */
export const markOf = (host: string) => `${host} was here`;

export async function leaveMarker(host: string): Promise<void> {
  await ssh(host, await announced(host), `echo ${markOf(host)} | sudo tee ${file}`);
}

/** @returns what it says: `markOf` the host that left it */
export async function readMarker(host: string): Promise<string> {
  return ssh(host, await announced(host), `cat ${file}`);
}
