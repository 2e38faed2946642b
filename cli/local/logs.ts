import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { client } from "../../local/daemon/client.ts";
import { lastLines, logFile } from "../../local/daemon/log.ts";
import { type Place, place } from "../../local/place.ts";
import { Trouble } from "../../local/say.ts";

interface Options {
  readonly json?: boolean;
  readonly lines: string;
  readonly follow?: boolean;
}

/** For a host: one sentence that says why it has not joined, if so, then its console. For a service: its log. */
export async function logs(name: string, { json, lines, follow }: Options): Promise<void> {
  const here = place();
  const { file, reason } = await find(here, name);
  const shown = await lastLines(file, Number(lines));
  if (json) return void process.stdout.write(`${JSON.stringify({ name, file, reason, lines: shown })}\n`);
  if (reason) process.stdout.write(`${name}: ${reason}\n\n`);
  process.stdout.write(shown.map((line) => `${line}\n`).join(""));
  if (follow) await execa("tail", ["-n0", "-F", file], { stdio: "inherit", reject: false });
}

async function find(here: Place, name: string): Promise<{ file: string; reason?: string | undefined }> {
  const running = await client(here).catch(() => undefined);
  const host = (await running?.status())?.hosts.find((one) => one.name === name);
  if (running && host) {
    return { file: join(here.data, "hosts", host.id, "console.log"), reason: await running.reason(name) };
  }
  const file = logFile(here.data, name);
  if (!existsSync(file))
    throw new Trouble(`there is no host and no service named ${name}; 'estate local status' lists them`);
  return { file };
}
