import { createHash } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Trouble } from "../say.ts";
import type { Supervisor } from "../service.ts";

/** A haproxy whose configuration changes while it runs, without a connection lost. */
export interface Haproxy {
  /** Takes over a configuration, or with none stops the process. Returns at once. */
  configure(configuration: string | undefined): void;
  /** Resolves when what was last configured is in force; throws `Trouble` when haproxy would not take it. */
  inForce(): Promise<void>;
  /** Why the last attempt to take over a configuration failed. */
  failure(): string | undefined;
}

/** Where a haproxy named `name` keeps its sockets and its configuration, which holds signatures and is the owner's alone. */
export function haproxyFiles(name: string, folder = "/run/estate") {
  return {
    configuration: join(folder, `${name}.cfg`),
    /** Answers questions about the running configuration; part of the configuration. */
    socket: join(folder, `${name}.sock`),
    /** Of the master process, which reloads. */
    master: join(folder, `${name}-master.sock`),
  };
}

/** Reloads follow each other no faster, however many hosts come and go. */
const pauseMilliseconds = 500;

/** `name` is also the name of its service. */
export function createHaproxy(name: string, supervisor: Supervisor, folder?: string): Haproxy {
  const files = haproxyFiles(name, folder);
  let wanted: string | undefined;
  let inForce: string | undefined;
  let work: Promise<void> | undefined;
  let failure: string | undefined;

  const service = {
    name,
    command: ["haproxy", "-W", "-S", `${files.master},mode,600`, "-f", files.configuration] as [string, ...string[]],
    ready: async () => void (await ask(files.socket, "show info")),
    kind: name === "balancers" ? ("played" as const) : ("real" as const),
  };
  const take = async (configuration: string | undefined): Promise<void> => {
    if (configuration === undefined) return supervisor.stop([name]);
    const { text, mark } = marked(configuration);
    await writeFile(`${files.configuration}.new`, text, { mode: 0o600 });
    await rename(`${files.configuration}.new`, files.configuration);
    if (inForce === undefined) await supervisor.start([service]);
    // a process that is just being restarted reads the new file by itself
    else await ask(files.master, "reload").catch(() => undefined);
    await untilMarked(files.socket, mark, name);
  };
  const loop = async (): Promise<void> => {
    while (wanted !== inForce) {
      const next = wanted;
      await take(next);
      [inForce, failure] = [next, undefined];
      if (wanted !== inForce) await sleep(pauseMilliseconds);
    }
  };
  const start = (): Promise<void> => {
    work ??= loop()
      .catch((error: unknown) => {
        failure = error instanceof Error ? error.message : String(error);
        throw error;
      })
      .finally(() => {
        work = undefined;
      });
    return work;
  };
  return {
    configure: (configuration) => {
      wanted = configuration;
      if (wanted !== inForce) start().catch(() => undefined);
    },
    inForce: async () => {
      if (wanted !== inForce) await start();
    },
    failure: () => failure,
  };
}

/** A configuration that says which one it is when asked. */
function marked(configuration: string): { readonly text: string; readonly mark: string } {
  const mark = createHash("sha256").update(configuration).digest("hex").slice(0, 16);
  return { text: configuration.replace("global\n", `global\n description ${mark}\n`), mark };
}

async function untilMarked(socket: string, mark: string, name: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) {
    const answer = await ask(socket, "show info").catch(() => "");
    if (answer.includes(`description: ${mark}`)) return;
  }
  throw new Trouble(`haproxy does not take its new configuration; logs/${name}.log says why`);
}

/** One command to a control socket of haproxy, and its answer. */
function ask(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const connection = connect(socket, () => connection.write(`${command}\n`));
    connection.setEncoding("utf8").setTimeout(2000, () => connection.destroy(new Error("no answer")));
    connection.on("data", (text: string) => {
      answer += text;
    });
    connection.once("error", reject).once("close", () => resolve(answer));
  });
}
