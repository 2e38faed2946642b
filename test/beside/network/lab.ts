import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { names } from "../../../local/network/names.ts";
import { id } from "../../unit/network/fixture.ts";

/** Where a command runs: in a host, by name, or on the operator's side. */
export type Place = string | "operator";

/** Puts a command into the namespace of a host. */
export function at(place: Place, command: readonly string[]): [string, string[]] {
  const inside = place === "operator" ? command : ["nsenter", `--net=/run/netns/${names.host(id(place))}`, ...command];
  return [inside[0] ?? "", inside.slice(1)];
}

/** Runs a command there and gives back what it wrote; throws when it fails. */
export async function sh(place: Place, script: string): Promise<string> {
  const { stdout } = await execa(...at(place, ["sh", "-ec", script]));
  return stdout.trim();
}

/** Starts a program that answers with its host's name and the address of who asked. */
export function answer(host: Place, ports: readonly number[]): ChildProcess {
  const program = join(import.meta.dirname, "answer.ts");
  return spawn(...at(host, [process.execPath, program, host, ...ports.map(String)]), { stdio: "inherit" });
}

/** What answers there, or "" if nothing does within `seconds`. */
export async function call(from: Place, address: string, port: number, kind = "tcp", seconds = 0.6): Promise<string> {
  const talk = `exec 3<>/dev/${kind}/${address}/${port}; ${kind === "udp" ? "echo x >&3;" : ""} head -n1 <&3`;
  const { stdout } = await execa(...at(from, ["timeout", String(seconds), "bash", "-c", talk]), { reject: false });
  return stdout.trim();
}

/** Asserts what answers there, within 5 s: the machine may be busy. */
export async function answers(
  expected: string,
  from: Place,
  address: string,
  port: number,
  kind = "tcp",
): Promise<void> {
  let last = "";
  await until(async () => {
    last = await call(from, address, port, kind, 2);
    return last === expected;
  }, 5000);
  assert.equal(last, expected, `${from} to ${address}:${port}`);
}

/** Asserts that nothing answers there. */
export async function silent(from: Place, address: string, port: number, kind = "tcp"): Promise<void> {
  assert.equal(await call(from, address, port, kind), "", `${from} to ${address}:${port}`);
}

/** An HTTP answer from the metadata address, with headers of the caller's own. */
export async function askMetadata(from: Place, headers: readonly string[] = []): Promise<string> {
  const text = ["GET / HTTP/1.0", "Host: 169.254.169.254", ...headers, "", ""].join("\\r\\n");
  const talk = `exec 3<>/dev/tcp/169.254.169.254/80; printf '${text}' >&3; cat <&3`;
  const { stdout } = await execa(...at(from, ["timeout", "2", "bash", "-c", talk]), { reject: false });
  return stdout.split(/\r?\n\r?\n/)[1] ?? "";
}

/** Stands in for nova's metadata service: says what headers it got. */
export async function fakeNova(): Promise<void> {
  const server = createServer(({ rawHeaders }, response) => {
    const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1]]] : []));
    response.end(JSON.stringify(pairs));
  });
  await new Promise<void>((resolve) => server.listen(8775, "127.0.0.1", resolve));
}

/** How many milliseconds it takes until `holds`; gives up after `limit`. */
export async function until(holds: () => Promise<boolean>, limit = 3000): Promise<number> {
  const begin = Date.now();
  while (Date.now() - begin < limit) {
    if (await holds()) return Date.now() - begin;
    await sleep(20);
  }
  return Number.POSITIVE_INFINITY;
}

/** A change, how to see it, and how to take it back. */
export interface Trial {
  readonly change: () => void;
  readonly holds: () => Promise<boolean>;
  readonly undo: () => Promise<void>;
}

/** Asserts that a change shows within a second. On a machine with other work to do, the best of three attempts counts. */
export async function withinSecond({ change, holds, undo }: Trial): Promise<void> {
  const took: number[] = [];
  while (took.length < 3 && !took.some((time) => time < 1000)) {
    change();
    took.push(await until(holds, 10_000));
    await undo();
  }
  assert.ok(Math.min(...took) < 1000, `took ${took.join(", ")} ms`);
}
