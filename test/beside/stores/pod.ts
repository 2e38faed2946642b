/** Programs of the data stores, run as their pods run them: with the scripts and files that the manifests hold, and not as root. */
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** PostgreSQL refuses to run as root. */
const nobody = 65_534;
const root = process.getuid?.() === 0;

type Environment = Readonly<Record<string, string>>;

export interface Ran {
  readonly exitCode: number;
  /** Standard output and standard error, as they came. */
  readonly text: string;
}

/** Debian keeps each version's programs in a folder of its own. */
export function postgresPrograms(folder = "/usr/lib/postgresql"): string {
  const versions = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(a) - Number(b)) : [];
  const newest = versions.at(-1);
  if (!newest) throw new Error(`there is no PostgreSQL in ${folder}: 'estate local up' installs it`);
  return join(folder, newest, "bin");
}

/** A port of the loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A program that runs. */
export interface Running {
  /** Kubernetes ends a container so. */
  terminate(signal?: NodeJS.Signals): void;
  /** When it has ended. */
  readonly ended: Promise<Ran>;
}

/** A folder of the pod's user, with the files of its volumes. */
export class Pod {
  readonly folder: string;
  readonly #path: string;
  readonly #running: Running[] = [];

  private constructor(folder: string, path: string) {
    this.folder = folder;
    this.#path = path;
  }

  /** `programs` is a folder, searched before the PATH. */
  static async make(programs?: string): Promise<Pod> {
    const folder = await mkdtemp(join(tmpdir(), "estate-store-"));
    await own(folder);
    return new Pod(folder, [programs, process.env.PATH].filter(Boolean).join(":"));
  }

  /** Makes a folder of the pod's, and says where it is. */
  async mkdir(name: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(path, { recursive: true });
    await own(path);
    return path;
  }

  /** Writes files as a ConfigMap or a Secret is mounted, and says where they are. */
  async mount(name: string, files: Environment): Promise<string> {
    const folder = await this.mkdir(name);
    for (const [file, text] of Object.entries(files)) {
      const path = join(folder, file);
      await rm(path, { force: true });
      await writeFile(path, text);
      await chmod(path, 0o555);
      await own(path);
    }
    return folder;
  }

  /** Runs a program to its end, whatever that is. */
  async run([program = "", ...args]: readonly string[], env: Environment = {}, input = ""): Promise<Ran> {
    const { exitCode = -1, all } = await execa(program, args, {
      ...{ ...this.#options(env), reject: false, all: true, input },
    });
    return { exitCode, text: all };
  }

  /** Starts a program that stays. What still runs is killed by `remove`. */
  start([program = "", ...args]: readonly string[], env: Environment = {}): Running {
    const process = execa(program, args, { ...this.#options(env), reject: false, all: true, stdin: "ignore" });
    const running = {
      terminate: (signal: NodeJS.Signals = "SIGTERM") => void process.kill(signal),
      ended: process.then(({ exitCode = -1, all }) => ({ exitCode, text: all })),
    };
    this.#running.push(running);
    return running;
  }

  async remove(): Promise<void> {
    for (const one of this.#running) one.terminate();
    await Promise.all(this.#running.map(({ ended }) => ended));
    await rm(this.folder, { recursive: true, force: true });
  }

  #options(env: Environment) {
    return {
      ...(root ? { uid: nobody, gid: nobody } : {}),
      ...{ extendEnv: false, cwd: this.folder },
      env: { PATH: this.#path, HOME: this.folder, TMPDIR: this.folder, LANG: "C.UTF-8", ...env },
    };
  }
}

async function own(path: string): Promise<void> {
  if (root) await chown(path, nobody, nobody);
}
