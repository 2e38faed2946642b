import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostStatus } from "../../../local/boot/status.ts";

/** The answer of a command that the lab ran. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A lab in namespaces of its own, which end with it. */
export class Lab {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers = new Map<number, (answer: { result?: unknown; error?: string }) => void>();
  #number = 0;
  #ended: string | undefined;

  constructor(data: string, ignition: string) {
    const names = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc"];
    // process 1 reaps; node does not
    const command = [process.execPath, join(import.meta.dirname, "lab.ts"), data, ignition];
    this.#child = spawn("unshare", [...names, "sh", "-c", '"$@"; exit', "sh", ...command], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    // a lab that ends too early must not leave its test waiting
    this.#child.on("exit", (code, signal) => {
      this.#ended = `the lab ended: ${signal ?? code}`;
      for (const answer of this.#answers.values()) answer({ error: this.#ended });
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const answer = JSON.parse(line) as { number: number; result?: unknown; error?: string };
      this.#answers.get(answer.number)?.(answer);
    });
  }

  async ask<T = void>(what: string, given?: unknown): Promise<T> {
    if (this.#ended) throw new Error(this.#ended);
    const number = ++this.#number;
    const answer = new Promise<{ result?: unknown; error?: string }>((resolve) => this.#answers.set(number, resolve));
    this.#child.stdin.write(`${JSON.stringify({ number, what, given })}\n`);
    const { result, error } = await answer;
    if (error) throw new Error(error);
    return result as T;
  }

  run(...command: readonly string[]): Promise<Ran> {
    return this.ask<Ran>("run", command);
  }

  async host(name: string): Promise<HostStatus | undefined> {
    return (await this.ask<HostStatus[]>("hosts")).find((host) => host.name === name);
  }

  /** The host once `holds`; throws with what it is instead after `seconds`. */
  async until(name: string, holds: (host: HostStatus) => boolean, seconds = 30): Promise<HostStatus> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const host = await this.host(name);
      if (host && holds(host)) return host;
      if (Date.now() > end) throw new Error(`${name} is ${JSON.stringify(host)}`);
      await sleep(100);
    }
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}
