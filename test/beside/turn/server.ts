/** A real turnserver on the turn host, with its keeper, as the pod has them: the configuration, the program and the scripts of the manifests. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { turnserverConf } from "../../../apps/coturn/config.ts";
import { server } from "../../../apps/coturn/manifests.ts";
import { folders } from "../../../apps/coturn/names.ts";
import { turnSecrets } from "../../../apps/coturn/secrets.ts";
import { project } from "../../../local/place.ts";
import type { Generations } from "../../../stacks/passwords.ts";
import { Pod } from "../stores/pod.ts";
import { asPod, hosts } from "./network.ts";

export const realm = "estate.test";
export const seed = "5eed".repeat(16);

export class TurnServer {
  readonly pod: Pod;
  readonly #places: Record<"run" | "certificate" | "config", string>;
  readonly #running: ResultPromise[] = [];
  #said = "";

  private constructor(pod: Pod, places: Record<"run" | "certificate" | "config", string>) {
    this.pod = pod;
    this.#places = places;
  }

  /** Starts both, and does not wait for them. */
  static async start(peers: readonly string[], commonName: string): Promise<TurnServer> {
    const pod = await Pod.make();
    const places = { run: await pod.mkdir("run"), certificate: join(pod.folder, "certificate") };
    const conf = turnserverConf({ ...hosts.turn, realm, nonceSecret: "nonce" }, places);
    const turn = new TurnServer(pod, { ...places, config: await pod.mount("config", { "turnserver.conf": conf }) });
    await turn.certify(commonName);
    await turn.allow(peers, { generation: 0, revoked: -1 });
    const args = server.args.map((one) => one.replace(folders.config, turn.#places.config));
    const running = turn.#start([...server.command, ...args]);
    running.all?.on("data", (text) => (turn.#said += String(text)));
    const keeper = [process.execPath, "--no-warnings", join(project, "apps/coturn/service/main.ts")];
    turn.#start(keeper, {
      COTURN_ALLOWED: join(pod.folder, "allowed/allowed.json"),
      ...{ COTURN_CERTIFICATE: places.certificate, COTURN_RUN: places.run },
    });
    return turn;
  }

  /** What the server itself said so far. */
  get said(): string {
    return this.#said;
  }

  /** Writes what is allowed, as Kubernetes brings a changed Secret. */
  async allow(peers: readonly string[], generations: Generations): Promise<void> {
    const allowed = JSON.stringify({ realm, secrets: turnSecrets(seed, generations), peers });
    await this.pod.mount("allowed", { "allowed.json": allowed });
  }

  /** Brings a certificate in the same way. */
  async certify(commonName: string): Promise<void> {
    const ask = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const files = ["-keyout", "-", "-out", "-", "-subj", `/CN=${commonName}`];
    const { stdout } = await execa("openssl", [...ask, ...files]);
    const part = (name: string) => new RegExp(`-----BEGIN ${name}[^]*END ${name}-----\n?`).exec(stdout)?.[0] ?? "";
    await this.pod.mount("certificate", { "tls.crt": part("CERTIFICATE"), "tls.key": part("PRIVATE KEY") });
  }

  /** The probe of the manifest. */
  async ready(): Promise<boolean> {
    const { exec, timeoutSeconds } = server.readinessProbe;
    const { exitCode } = await this.#run(exec.command, { HOST_IP: hosts.turn.fixed }, timeoutSeconds);
    return exitCode === 0;
  }

  /** What Kubernetes runs before it ends the pod; on another run folder, if told. */
  async drain(run = this.#places.run) {
    const { exitCode, all } = await this.#run(["sh", join(project, "apps/coturn/scripts/drain.sh")], { RUN: run });
    return { exitCode, text: all };
  }

  async pid(): Promise<number> {
    return Number(await readFile(join(this.#places.run, "turnserver.pid"), "utf8"));
  }

  async stop(): Promise<void> {
    for (const one of this.#running) one.kill();
    await Promise.all(this.#running);
    await this.pod.remove();
  }

  #start(command: readonly string[], env: Readonly<Record<string, string>> = {}): ResultPromise {
    const [program = "", ...args] = asPod("turn", command);
    const started = execa(program, args, { env, reject: false, all: true, stdin: "ignore" });
    this.#running.push(started);
    return started;
  }

  async #run(command: readonly string[], env: Readonly<Record<string, string>>, seconds = 30) {
    const [program = "", ...args] = asPod("turn", command);
    return await execa(program, args, { env, reject: false, all: true, timeout: seconds * 1000 });
  }
}
