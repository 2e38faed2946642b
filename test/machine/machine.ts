/** What the machine tests do: run the command, and look at what the machine shows of the stack. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { execa, type Options } from "execa";
import type { StackStatus } from "../../local/daemon/client.ts";
import { project } from "../../local/place.ts";

/** Runs `estate local ...` from a stack's owner's point of view. */
export function estate(command: readonly string[], options: Options = {}) {
  return execa("cli/estate", ["local", ...command], { cwd: project, reject: false, stdin: "ignore", ...options });
}

/** `estate local open NAME` while it runs, once it has said where. */
export async function opened(name: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const forward = estate(["open", name, "--json"]);
  const line = await Promise.race([
    new Promise<string>((resolve) => forward.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()))),
    forward.then(({ stderr }) => {
      throw new Error(`open ended: ${stderr}`);
    }),
  ]);
  const close = async () => {
    forward.kill("SIGINT");
    await forward;
  };
  return { url: (JSON.parse(line) as { url: string }).url, close };
}

export async function status(): Promise<StackStatus> {
  return JSON.parse(String((await estate(["status", "--json"])).stdout)) as StackStatus;
}

/** Local addresses of listening TCP sockets, and of bound UDP ones, of this process's network namespace. */
export async function listening(): Promise<string[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6", "udp", "udp6"].map((name) =>
      readFile(`/proc/net/${name}`, "utf8").then((text) => [name, text] as const),
    ),
  );
  return tables
    .flatMap(([name, text]) =>
      text
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state]) => state === (name.startsWith("tcp") ? "0A" : "07"))
        .map(([, local]) => `${name} ${local}`),
    )
    .sort();
}

/** Network namespaces that processes of this machine are in. */
export async function networkNamespaces(): Promise<Set<string>> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const links = await Promise.all(processes.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => "")));
  return new Set(links.filter((link) => link !== ""));
}
