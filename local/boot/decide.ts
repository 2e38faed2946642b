/** A server as nova tells of it, as far as a machine is concerned. */
export interface ServerFacts {
  readonly id: string;
  readonly name: string;
  /** Such as ACTIVE or SHUTOFF. */
  readonly status: string;
  /** A task of nova is under way, such as `rebooting`. */
  readonly task?: string;
  /** ISO 8601; moves with every change. */
  readonly updated: string;
  readonly addresses: readonly string[];
  /** Ids of attached volumes. */
  readonly volumes: readonly string[];
}

/** One entry of nova's record of what was done to a server. */
export interface ServerAction {
  readonly action: string;
  readonly request_id: string;
  readonly start_time: string;
}

/** Which boot and which image a server is on, as names that change when there is a new one. */
export interface Generation {
  /** Of the last action that booted the machine. */
  readonly boot: string;
  /** Of the last action that put an image on its disk. */
  readonly image: string;
}

const boots = ["create", "start", "reboot", "rebuild", "unshelve", "evacuate"];
const images = ["create", "rebuild"];

/** Reads nova's record; in it, every reboot is found, however quickly it was over. */
export function generationOf(actions: readonly ServerAction[]): Generation {
  const newest = (kinds: readonly string[]) =>
    actions
      .filter(({ action }) => kinds.includes(action))
      .toSorted((a, b) => (a.start_time < b.start_time ? -1 : a.start_time > b.start_time ? 1 : 0))
      .at(-1)?.request_id ?? "";
  return { boot: newest(boots), image: newest(images) };
}

/** What is to be done with a host: `install` boots it with an empty disk. */
export type Decision = "install" | "boot" | "stop" | "remove" | "nothing";

const off = ["SHUTOFF", "SHELVED", "SHELVED_OFFLOADED", "SUSPENDED", "ERROR", "DELETED", "SOFT_DELETED"];

/**
 * What to do, from what nova says, what generation the host was last booted with, and whether it is up (booting, running
 * or failed since then). While nova is busy with a server, nothing is done.
 */
export function decide(
  server: ServerFacts | undefined,
  generation: Generation | undefined,
  last: Generation | undefined,
  up: boolean,
): Decision {
  if (!server) return "remove";
  if (off.includes(server.status)) return up ? "stop" : "nothing";
  if (server.status !== "ACTIVE" || inTransition(server) || !generation) return "nothing";
  if (!last || last.image !== generation.image) return "install";
  return up && last.boot === generation.boot ? "nothing" : "boot";
}

/** Whether nova is still at work on it, so that it is worth asking again soon. */
export function inTransition({ status, task }: ServerFacts): boolean {
  const passing = ["BUILD", "REBUILD", "REBOOT", "HARD_REBOOT", "RESIZE", "MIGRATING"];
  return passing.includes(status) || (task !== undefined && !/^(image_|attach|detach)/.test(task));
}
