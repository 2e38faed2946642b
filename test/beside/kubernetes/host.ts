import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";

/** Where hosts have their folders, and the Kubernetes program. */
export interface HostLab {
  readonly folder: string;
  readonly binary: string;
}

/** A host of the test: a network namespace on the bridge, and a root folder of its own that it is locked into. */
export class Host {
  readonly name: string;
  readonly address: string;
  readonly uuid: string;
  readonly root: string;
  readonly #lab: HostLab;
  readonly #log: string;
  #process: ChildProcess | undefined;
  #from = 0;

  constructor(name: string, address: string, uuid: string, lab: HostLab) {
    this.name = name;
    this.address = address;
    this.uuid = uuid;
    this.#lab = lab;
    this.root = join(lab.folder, name);
    this.#log = join(lab.folder, `${name}.log`);
  }

  /** Joins it to the bridge `br0`, and gives it an empty root. */
  async create(): Promise<void> {
    await execa("sh", ["-ec", network, "sh", this.name, this.address]);
    await this.install();
  }

  /** An empty root, as of a machine that was made anew; its address stays. */
  async install(): Promise<void> {
    await execa("sh", ["-ec", wipe, "sh", this.root]);
    await mkdir(join(this.root, "sys/class/dmi/id"), { recursive: true });
    await execa("sh", ["-ec", mounts, "sh", this.root, this.#lab.binary, process.execPath]);
    await writeFile(join(this.root, "etc/hostname"), `${this.name}\n`);
    await writeFile(join(this.root, "sys/class/dmi/id/product_uuid"), `${this.uuid}\n`);
    await copyFile(join(this.#lab.folder, "hosts"), join(this.root, "etc/hosts"));
  }

  /** Writes k3s's configuration file. */
  async configure(settings: object): Promise<void> {
    await mkdir(join(this.root, "etc/rancher/k3s"), { recursive: true });
    await writeFile(join(this.root, "etc/rancher/k3s/config.yaml"), stringify(settings));
  }

  /** Puts files below a folder of the host. */
  async place(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.root, folder, name);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, text, { mode: 0o600 });
    }
  }

  /** Starts k3s, as the host's service manager would. */
  async start(command: "server" | "agent"): Promise<void> {
    const log = await open(this.#log, "a");
    this.#from = (await log.stat()).size;
    const [program = "", ...args] = this.command(["/opt/bin/kubeall", "k3s", command]);
    this.#process = spawn(program, args, { stdio: ["ignore", log.fd, log.fd] });
    await log.close();
  }

  /** Ends k3s and waits until it is gone. Resolves with its exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? 0;
    const ended = once(running, "exit");
    running.kill(signal);
    const [code] = await ended;
    return code;
  }

  get running(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What k3s wrote since it was started last. */
  async log(): Promise<string> {
    return (await readFile(this.#log)).subarray(this.#from).toString();
  }

  /** Waits for an `estate-reason:` that matches, and returns it. */
  async reason(expected: RegExp, seconds = 90): Promise<string> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
      const found = (await this.log()).match(/^estate-reason: .*$/gm)?.find((line) => expected.test(line));
      if (found) return found;
    }
    throw new Error(`${this.name} never said ${expected}:\n${(await this.log()).split("\n").slice(-15).join("\n")}`);
  }

  /** Runs a shell script in the host's namespace and root. */
  async sh(script: string): Promise<string> {
    const [program = "", ...args] = this.command(["sh", "-ec", script]);
    return (await execa(program, args)).stdout;
  }

  private command(command: readonly string[]): string[] {
    const environment = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"];
    return ["nsenter", `--net=/run/netns/${this.name}`, `--root=${this.root}`, "--wd=/", ...environment, ...command];
  }
}

/** The bridge that the hosts are joined to. */
export async function makeBridge(): Promise<void> {
  await execa("sh", ["-ec", bridge]);
}

const bridge = `
mount -t tmpfs tmpfs /run
mkdir -p /run/netns
ip link set lo up
ip link add br0 type bridge
ip addr add 10.77.0.1/24 dev br0
ip link set br0 up`;

const network = `
ip netns add "$1"
ip -n "$1" link set lo up
ip link add "v$1" type veth peer name eth0 netns "$1"
ip link set "v$1" master br0 up
ip -n "$1" addr add "$2/24" dev eth0
ip -n "$1" link set eth0 up
ip -n "$1" route add default via 10.77.0.1`;

const wipe = `
for point in "$1/usr" "$1/proc" "$1/dev" "$1/opt/bin/kubeall" "$1/oem/estate/bin/node" "$1"/run/netns/*; do
  if mountpoint -q "$point"; then umount --lazy "$point"; fi
done
rm -rf --one-file-system "$1"
mkdir -p "$1"`;

const mounts = `
cd "$1"
mkdir -p etc var tmp run proc dev usr opt/bin oem/estate/bin root
for name in bin sbin lib lib64; do ln -s "usr/$name" "$name"; done
mount --bind /usr usr
mount --bind /proc proc
mount --bind /dev dev
touch opt/bin/kubeall
mount --bind "$2" opt/bin/kubeall
touch oem/estate/bin/node
mount --bind "$3" oem/estate/bin/node`;
