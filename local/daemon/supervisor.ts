import { setTimeout as sleep } from "node:timers/promises";
import { Trouble } from "../say.ts";
import type { ServiceStatus, Supervisor } from "../service.ts";
import { behind } from "./cure.ts";
import { lastLines, logFile } from "./log.ts";
import { Process } from "./process.ts";

/** Crashes in a row before the first success after which `start` gives up waiting (restarts go on). */
const hopeless = 6;

/** Keeps the services of one stack running. */
export function createSupervisor(data: string): Supervisor {
  const processes = new Map<string, Process>();

  async function isReady(name: string): Promise<void> {
    const process = processes.get(name);
    if (!process) throw new Trouble(`${name}: is not a service of this stack`);
    const end = Date.now() + process.readySeconds * 1000;
    while (process.state !== "ready") {
      if (process.state === "stopped") throw new Trouble(`${name}: was stopped before it was ready`);
      if (Date.now() > end || process.crashes >= hopeless) throw await didNotStart(data, process);
      await sleep(50);
    }
  }

  async function startOne(process: Process): Promise<void> {
    await Promise.all((process.service.after ?? []).map(isReady));
    notStopped(process);
    // a restart does not wait, so it may have been started meanwhile
    if (process.state === "waiting") process.run();
    await isReady(process.service.name);
  }

  function notStopped(process: Process): void {
    const { name } = process.service;
    if (processes.get(name) !== process) throw new Trouble(`${name}: was stopped before it was started`);
  }

  return {
    async start(services) {
      const added = services
        .filter(({ name }) => (processes.get(name)?.state ?? "stopped") === "stopped")
        .map((service) => new Process(data, service));
      // all are known before the first one starts: they may be given in any order
      for (const process of added) processes.set(process.service.name, process);
      await Promise.all([...added.map(startOne), ...services.map(({ name }) => isReady(name))]);
    },
    async stop(names) {
      for (const name of [...processes.keys()].reverse()) {
        if (!names.includes(name)) continue;
        const process = processes.get(name);
        await process?.stop();
        // one of the same name may have been started meanwhile
        if (processes.get(name) === process) processes.delete(name);
      }
    },
    async restart(name) {
      const process = processes.get(name);
      if (!process) throw new Trouble(`${name}: is not a service of this stack; 'estate local status' lists them`);
      await process.stop();
      notStopped(process);
      process.run();
      await isReady(name);
    },
    status: () => [...processes.values()].map((process): ServiceStatus => process.status()),
  };
}

async function didNotStart(data: string, process: Process): Promise<Trouble> {
  const { crashes, service } = process;
  const { name } = service;
  const file = logFile(data, name);
  const lines = await lastLines(file, 5);
  const reason = process.status().reason ?? "";
  const what = crashes > 0 ? `ended ${crashes} times while starting` : process.lateness();
  const said = lines.length === 0 ? "is empty" : `ends with:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  const more = `'estate local logs -n 200 ${name}' shows more.`;
  // what is wrong with the machine may keep it from writing a log, too
  return new Trouble(`${name} ${what}. Its log, ${file}, ${said}\n${more}${behind([...lines, reason].join("\n"))}`);
}
