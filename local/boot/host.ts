import { rm } from "node:fs/promises";
import { join } from "node:path";
import { explained } from "../daemon/cure.ts";
import type { Cluster } from "./cluster.ts";
import { Console } from "./console.ts";
import type { Generation, ServerFacts } from "./decide.ts";
import { Disks } from "./disks.ts";
import { BootFailure } from "./failure.ts";
import { type BootContext, connectHost, delay, installHost } from "./first-steps.ts";
import { followLogs } from "./follow.ts";
import { type HostRecord, readRecord, writeRecord } from "./record.ts";
import { assemble, nameHost, renameHost, takeApart } from "./root/assemble.ts";
import { makeRoot } from "./root/make.ts";
import { type HostPaths, hostPaths } from "./root/paths.ts";
import type { HostStatus } from "./status.ts";
import { serveSystemctl } from "./systemctl.ts";
import { unitFinder } from "./units/load.ts";
import { Units } from "./units/play.ts";

/** One machine: what nova calls a server, from its first boot to its deletion. */
export class Host {
  readonly label: string;
  readonly paths: HostPaths;
  server: ServerFacts;
  /** What it was last switched on with. */
  last: Generation | undefined;
  /** The image on which Ignition has succeeded. */
  #installed: string | undefined;
  readonly #cluster: Cluster;
  readonly #console: Console;
  readonly #disks: Disks;
  #state: HostStatus["state"] = "stopped";
  #step = "switched off";
  #since = new Date();
  #failure: string | undefined;
  #written: readonly string[] = [];
  #units: Units | undefined;
  #power = new AbortController();
  #closers: (() => void)[] = [];
  #plugging: Promise<void> = Promise.resolve();
  /** One thing at a time. */
  #work: Promise<void> = Promise.resolve();

  private constructor(cluster: Cluster, server: ServerFacts, label: string, record: HostRecord | undefined) {
    this.#cluster = cluster;
    this.server = server;
    this.label = label;
    this.paths = hostPaths(cluster.data, server.id, cluster.run);
    this.#console = new Console(this.paths.console);
    this.#disks = new Disks(cluster, this.paths);
    this.last = record?.last;
    this.#installed = record?.last?.image;
    this.#written = record?.written ?? [];
  }

  /** Reads what is remembered of the server, if it was a host before. */
  static async of(cluster: Cluster, server: ServerFacts, label: string): Promise<Host> {
    return new Host(cluster, server, label, await readRecord(hostPaths(cluster.data, server.id, cluster.run)));
  }

  /** Switched on, whether that went well or not. */
  get up(): boolean {
    return this.#state !== "stopped";
  }

  /** Why it is not what it should be, as the host itself can tell. */
  get reason(): string | undefined {
    return this.#failure ?? (this.up ? this.#console.reason : undefined);
  }

  status(): HostStatus {
    return {
      id: this.server.id,
      name: this.server.name,
      state: this.#state,
      step: this.#step,
      ...(this.reason && { reason: this.reason }),
      since: this.#since.toISOString(),
      addresses: this.server.addresses,
      units: this.#units?.status() ?? [],
    };
  }

  /** Switches it on, after switching it off if it was on. With an empty disk when the image is another than the last one. */
  boot(generation: Generation): void {
    this.#power.abort();
    const power = new AbortController();
    this.#power = power;
    const install = this.#installed !== generation.image;
    this.last = generation;
    this.#console.recover();
    this.#enter("booting", "waiting for its turn");
    this.#do(async () => {
      await this.#off("lose");
      if (!power.signal.aborted) await this.#bootNow(generation, install, power.signal);
    });
  }

  /** Switches it off: units are asked to stop, then killed. */
  stop(): Promise<void> {
    this.#power.abort();
    this.#enter("stopped", "switching off");
    return this.#do(async () => {
      await this.#off("end");
      if (this.#state === "stopped") this.#enter("stopped", "switched off");
    });
  }

  /** Ends it at once and deletes all there is of it, but not its volumes. */
  remove(): Promise<void> {
    this.#power.abort();
    this.#enter("stopped", "being deleted");
    return this.#do(async () => {
      await this.#off("lose");
      await rm(this.paths.folder, { recursive: true, force: true });
    });
  }

  /** The power fails: everything ends at once, and nova does not know. */
  die(sentence: string): Promise<void> {
    this.#power.abort();
    return this.#do(async () => {
      await this.#off("lose");
      this.#fail(sentence);
    });
  }

  /** Volumes were attached or detached: shows them to a host that is up. At once, for a boot may be waiting for just that. */
  plug(): void {
    const { signal } = this.#power;
    this.#plugging = this.#plugging
      .then(async () => {
        if (this.#units && !signal.aborted) await this.#disks.plug(this.server);
      })
      // a machine that is being switched off cannot be plugged into, and the next boot looks anyway
      .catch((error: Error) => this.#console.say("firmware", `volumes cannot be shown: ${error.message}`));
  }

  #do(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(task).catch((error: unknown) => this.#fail(explained(error)));
    return this.#work;
  }

  async #bootNow(generation: Generation, install: boolean, signal: AbortSignal): Promise<void> {
    this.#console.boot(`${this.server.name} (server ${this.server.id}) is switched on`);
    try {
      const told = await this.#cluster.breaks.of(this.server.name);
      if (told?.kind === "dies-after") this.dieAfter(told.seconds);
      const context = this.#context(signal);
      await delay(told, context);
      const connection = await connectHost(context);
      const { netns, nameservers } = connection;
      const { limit, image, kubernetes } = this.#cluster;
      this.#enter("booting", "putting its root together");
      const bootId = await limit(async () => {
        if (install) await makeRoot(this.paths, { serverId: this.server.id, name: this.server.name });
        const assembly = { netns, nameservers, image, serverId: this.server.id };
        const id = await assemble(this.paths, { ...assembly, ...(kubernetes && { kubernetes }) });
        await nameHost(this.paths);
        return id;
      });
      signal.throwIfAborted();
      await this.#disks.plug(this.server);
      if (install) this.#written = await installHost(connection, context);
      this.#installed = generation.image;
      await writeRecord(this.paths, { name: this.server.name, last: generation, written: this.#written });
      await this.#startUnits(netns, bootId, install, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error instanceof BootFailure ? error.message : explained(error));
    }
  }

  #context(signal: AbortSignal): BootContext {
    const { paths, server } = this;
    const step = (text: string) => this.#enter("booting", text);
    return { cluster: this.#cluster, paths, server, console: this.#console, signal, step };
  }

  /** Kills it in a while, unless it is switched off before. */
  dieAfter(seconds: number): void {
    const timer = setTimeout(
      () => void this.die(`the host was told to die after ${seconds} s ('estate local break')`),
      seconds * 1000,
    );
    this.#power.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  async #startUnits(netns: string, bootId: string, firstBoot: boolean, signal: AbortSignal): Promise<void> {
    this.#enter("booting", "starting units");
    const { paths, label } = this;
    const { supervisor, played, data } = this.#cluster;
    const machineId = this.server.id.replaceAll("-", "");
    const facts = { hostname: await renameHost(paths), machineId, bootId };
    const mounter = this.#disks;
    const host = { label, paths, netns, console: this.#console, supervisor, facts, firstBoot, mounter, played };
    const units = new Units(host, unitFinder(paths.root));
    const logs = followLogs(join(data, "logs", label), this.#console, (unit) => units.has(`${unit}.service`));
    const systemctl = await serveSystemctl(join(paths.root, "run/estate"), units, () => this.#reboot());
    this.#closers = [() => logs.close(), () => systemctl.close()];
    this.#units = units;
    signal.addEventListener("abort", () => units.interrupt(), { once: true });
    await units.start("multi-user.target");
    signal.throwIfAborted();
    this.#enter("running", "running");
    this.#console.say("boot", "all units were started");
  }

  #reboot(): void {
    if (this.last) this.boot(this.last);
  }

  async #off(how: "end" | "lose"): Promise<void> {
    const units = this.#units;
    this.#units = undefined;
    if (units && how === "end") await units.end();
    else if (units) await units.lose();
    await takeApart(this.paths);
    for (const close of this.#closers.splice(0)) close();
    // the network tries again by itself; a host must neither fail for this nor be left half deleted
    await this.#cluster.network
      .setPower(this.server.id, false)
      .catch((error: Error) => this.#console.say("firmware", `its links are not down yet: ${error.message}`));
  }

  #fail(sentence: string): void {
    this.#console.fail("boot", sentence);
    this.#enter("failed", "failed");
    this.#failure = sentence;
  }

  #enter(state: HostStatus["state"], step: string): void {
    if (state !== this.#state) this.#since = new Date();
    this.#state = state;
    this.#step = step;
    this.#failure = undefined;
  }
}
