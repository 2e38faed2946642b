import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./command.ts";
import type { Console } from "./console.ts";
import { BootFailure } from "./failure.ts";
import { besideHost } from "./root/enter.ts";
import type { HostPaths } from "./root/paths.ts";

const metadata = "http://169.254.169.254/openstack/latest/user_data";

interface Firmware {
  readonly paths: HostPaths;
  readonly netns: string;
  readonly console: Console;
  readonly signal: AbortSignal;
}

/** The user data that the metadata service hands to this host over its own network; nothing if it has none. Asks until it answers. */
export async function fetchUserData({ paths, netns, console, signal }: Firmware): Promise<string | undefined> {
  const file = join(paths.ignition, "user_data");
  await mkdir(paths.ignition, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const options = ["--silent", "--show-error", "--max-time", "10", "--output", file, "--write-out", "%{http_code}\n"];
    let said = "";
    const command = besideHost(paths, netns, ["curl", ...options, metadata]);
    await run(command, { signal, onOutput: (chunk) => (said += chunk.toString()) });
    const status = /^(\d{3})$/m.exec(said)?.[1] ?? "000";
    if (status === "200") {
      console.recover();
      return readFile(file, "utf8");
    }
    if (status === "404") return undefined;
    const failure = /^curl: (?:\(\d+\) )?(.*)$/m.exec(said)?.[1] ?? said.trim();
    const what = status === "000" ? failure : `the metadata service answered ${status}`;
    console.fail("firmware", `user data cannot be fetched from ${metadata}: ${what}`);
    await sleep(Math.min(attempt, 5) * 500, undefined, { signal });
  }
}

/** The config that Ignition merged from the user data and everything it names. */
interface IgnitionConfig {
  readonly systemd?: {
    readonly units?: readonly {
      readonly name: string;
      readonly contents?: string;
      readonly mask?: boolean;
      readonly dropins?: readonly { readonly contents?: string }[];
    }[];
  };
  readonly storage?: {
    readonly filesystems?: readonly { readonly device: string; readonly path?: string }[];
    readonly disks?: readonly { readonly device: string }[];
    readonly raid?: readonly { readonly name: string }[];
    readonly luks?: readonly { readonly name: string }[];
  };
}

/** The units that have content of their own in the config, and are to be checked. */
export function writtenUnits(config: IgnitionConfig): string[] {
  const units = config.systemd?.units ?? [];
  return units
    .filter(({ contents, dropins = [], mask }) => !mask && (contents || dropins.some((dropin) => dropin.contents)))
    .map(({ name }) => name);
}

/** Why the disks a config asks for are refused; nothing if it asks for none. */
export function refusedStorage({ storage = {} }: IgnitionConfig): string | undefined {
  const devices = [...(storage.filesystems ?? []), ...(storage.disks ?? [])].map(({ device }) => device);
  const names = [...devices, ...[...(storage.raid ?? []), ...(storage.luks ?? [])].map(({ name }) => name)];
  if (names.length === 0) return undefined;
  return `the Ignition config lays out ${names.join(", ")} in storage; a volume may be attached after boot, so format and mount it by units instead`;
}

/**
 * Applies the user data with the real Ignition: stages fetch and files, over the host's network. Returns the merged config.
 *
 * Throws `BootFailure` with what Ignition said when it fails. While a source cannot be reached Ignition tries again, for ever;
 * the console's reason says so.
 */
export async function applyIgnition(
  userData: string,
  ignition: string,
  { paths, netns, console, signal }: Firmware,
): Promise<IgnitionConfig> {
  const config = join(paths.ignition, "config.ign");
  const cache = join(paths.ignition, "merged.json");
  await writeFile(config, userData, { mode: 0o600 });
  let merged: IgnitionConfig = {};
  for (const stage of ["fetch", "files"]) {
    const options = [
      "--platform=file",
      `--stage=${stage}`,
      `--root=${paths.root}`,
      `--config-cache=${cache}`,
      `--state-file=${join(paths.ignition, "state")}`,
      `--neednet=${join(paths.ignition, "neednet")}`,
      "--log-to-stdout",
    ];
    const messages: string[] = [];
    const shownOf = withoutConfig();
    const ended = await run(besideHost(paths, netns, [ignition, ...options]), {
      environment: { IGNITION_CONFIG_FILE: config },
      signal,
      onLine: (line, from) => {
        const shown = shownOf(line, from);
        if (shown === undefined) return;
        messages.push(shown);
        console.say("ignition", shown);
        const retry = retriesOf(shown);
        if (retry) console.fail("ignition", retry);
      },
    });
    signal.throwIfAborted();
    if (ended.code !== 0)
      // not the last line of all it wrote: that may be one of the config
      throw new BootFailure(
        `Ignition failed: ${failureOf(messages.join("\n")) ?? messages.at(-1) ?? "it said nothing"}`,
      );
    console.recover();
    if (stage === "fetch") merged = JSON.parse(await readFile(cache, "utf8")) as IgnitionConfig;
    const refused = refusedStorage(merged);
    if (refused) throw new BootFailure(refused);
  }
  return merged;
}

/** Of the lines of Ignition those to show: the config that it repeats after a failure, to the end of that output, has secrets. */
export function withoutConfig(): (line: string, from: "stdout" | "stderr") => string | undefined {
  const over = new Set<string>();
  return (line, from) => {
    if (over.has(from)) return undefined;
    const at = line.indexOf("Full config:");
    if (at === -1) return line;
    over.add(from);
    return line.slice(0, at);
  };
}

/** What Ignition waits for, from its log: it says each failed attempt of a download. */
export function retriesOf(log: string): string | undefined {
  const [, result] = [...log.matchAll(/GET (?:error|result): (.*)$/gm)].at(-1) ?? [];
  return result === undefined || /\b(OK|Not Modified)\b/.test(result)
    ? undefined
    : `Ignition cannot fetch a file and tries again: ${result.trim()}`;
}

/** The sentence in which Ignition says why it failed. */
export function failureOf(log: string): string | undefined {
  const critical = [...log.matchAll(/^\s*CRITICAL\s*:\s*(.*)$/gm)].map(([, text = ""]) => text.trim());
  const summary = critical.find((text) => text.startsWith("Ignition failed: "));
  const detail = critical.find((text) => text.includes("[failed]"))?.replace(/^.*\[failed\]\s*/, "");
  return detail ?? summary?.slice("Ignition failed: ".length) ?? critical.at(-1);
}
