import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { explained } from "../daemon/cure.ts";
import type { Cluster } from "./cluster.ts";
import { decide, type Generation, generationOf, inTransition, type ServerFacts } from "./decide.ts";
import { Host } from "./host.ts";
import type { Nova } from "./nova.ts";

/** Seconds between two looks at nova: while something happens there, and otherwise. */
const [busy, quiet] = [2, 10];

/** Keeps one host for each server of nova, as nova wants it. */
export class Machines {
  readonly hosts = new Map<string, Host>();
  readonly #cluster: Cluster;
  readonly #nova: Nova;
  readonly #generations = new Map<string, { updated: string; asked: number; generation: Generation }>();
  readonly #removals = new Map<string, Promise<void>>();
  #ended = false;
  #told = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;
  #trouble: string | undefined;

  constructor(cluster: Cluster, nova: Nova) {
    this.#cluster = cluster;
    this.#nova = nova;
  }

  /** Begins to watch. */
  start(): void {
    this.#loop = this.#watch();
  }

  /** Why nova could not be asked the last time, if so. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Looks at nova now. */
  kick(): void {
    this.#told = true;
    this.#wake?.();
  }

  /** Stops watching and switches every host off. */
  async end(): Promise<void> {
    this.#ended = true;
    this.kick();
    await this.#loop;
    await Promise.all([...[...this.hosts.values()].map((host) => host.stop()), ...this.#removals.values()]);
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      this.#told = false;
      const soon = await this.look().then(
        (result) => {
          this.#trouble = undefined;
          return result;
        },
        (error: unknown) => {
          // what is known stays as it is: a cloud that does not answer has not lost its servers
          this.#trouble = explained(error);
          return true;
        },
      );
      await this.#pause(soon ? busy : quiet);
    }
  }

  /** Waits, but not when told of a change; changes within a moment are one. */
  async #pause(seconds: number): Promise<void> {
    if (!this.#told) {
      const end = new AbortController();
      await Promise.race([
        sleep(seconds * 1000, undefined, { signal: end.signal }).catch(() => undefined),
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
      end.abort();
    }
    if (!this.#ended) await sleep(100);
  }

  /** Does once what nova wants. Returns whether more is to be expected soon. */
  async look(): Promise<boolean> {
    const servers = await this.#nova.servers();
    const present = new Set(servers.map(({ id }) => id));
    for (const id of await this.#known()) if (!present.has(id)) this.#remove(id);
    const soon = await Promise.all(servers.map((server) => this.#one(server)));
    await this.#forgetVolumes(servers);
    await this.#forgetLogs();
    return soon.includes(true);
  }

  async #one(server: ServerFacts): Promise<boolean> {
    const host = this.hosts.get(server.id) ?? (await this.#add(server));
    const before = host.server;
    host.server = server;
    const { generation, sure } = await this.#generation(server);
    const decision = decide(server, generation, host.last, host.up);
    if ((decision === "boot" || decision === "install") && generation) {
      // a machine of the same name that is on its way out has its services by that name
      await Promise.all(this.#removals.values());
      host.boot(generation);
    } else if (decision === "stop") void host.stop();
    else if (before.volumes.join() !== server.volumes.join()) host.plug();
    return inTransition(server) || !sure;
  }

  async #add(server: ServerFacts): Promise<Host> {
    const label = labelOf(server, new Set([...this.hosts.values()].map((host) => host.label)));
    const host = await Host.of(this.#cluster, server, label);
    this.hosts.set(server.id, host);
    return host;
  }

  /** Nova's times are whole seconds: what was asked within a moment of a change may lack the next one. */
  async #generation(server: ServerFacts): Promise<{ generation: Generation | undefined; sure: boolean }> {
    const known = this.#generations.get(server.id);
    const settled = (at: number) => at - Date.parse(server.updated || "1970-01-01T00:00:00Z") > 3000;
    if (known?.updated === server.updated && settled(known.asked)) return { ...known, sure: true };
    if (server.status !== "ACTIVE" || inTransition(server)) return { generation: known?.generation, sure: true };
    const asked = Date.now();
    const generation = generationOf(await this.#nova.actions(server.id));
    this.#generations.set(server.id, { updated: server.updated, asked, generation });
    return { generation, sure: settled(asked) };
  }

  #remove(id: string): void {
    if (this.#removals.has(id)) return;
    const removal = this.#removeNow(id).finally(() => this.#removals.delete(id));
    this.#removals.set(id, removal);
  }

  async #removeNow(id: string): Promise<void> {
    const facts = { id, name: id, status: "DELETED", updated: "", addresses: [], volumes: [] };
    const host = this.hosts.get(id) ?? (await Host.of(this.#cluster, facts, id));
    this.hosts.delete(id);
    this.#generations.delete(id);
    await host.remove();
  }

  async #known(): Promise<string[]> {
    const folders = await readdir(join(this.#cluster.data, "hosts"), { withFileTypes: true }).catch(() => []);
    const kept = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return [...new Set([...this.hosts.keys(), ...kept])];
  }

  /** A volume's files go when cinder has deleted it; while servers have all of them, nobody is asked. */
  async #forgetVolumes(servers: readonly ServerFacts[]): Promise<void> {
    const attached = new Set(servers.flatMap(({ volumes }) => volumes));
    const free = (await this.#cluster.volumes.ids()).filter((id) => !attached.has(id));
    if (free.length === 0) return;
    const existing = await this.#nova.volumeIds();
    for (const id of free) if (!existing.has(id)) await this.#cluster.volumes.remove(id);
  }

  /** The logs of units go with their host. A folder among the logs is always a host's. */
  async #forgetLogs(): Promise<void> {
    const logs = join(this.#cluster.data, "logs");
    const labels = new Set([...this.hosts.values()].map(({ label }) => label));
    for (const entry of await readdir(logs, { withFileTypes: true }).catch(() => [])) {
      if (entry.isDirectory() && !labels.has(entry.name)) await rm(join(logs, entry.name), { recursive: true });
    }
  }
}

/** What the services and logs of a host are called: by its server's name, made fit for a folder, and unlike those of others. */
export function labelOf({ id, name }: Pick<ServerFacts, "id" | "name">, taken: ReadonlySet<string>): string {
  const fit = name.replaceAll(/[^\w.-]/g, "-").replace(/^\.+/, "") || "host";
  return taken.has(fit) || fit === "host" ? `${fit}-${id.slice(0, 8)}` : fit;
}
