import { readFileSync } from "node:fs";

/** Of SIGUSR2, as the kernel counts signals. */
const usr2 = 12n;

/**
 * The turnserver of the pod, once it takes SIGUSR2; nothing before that: the signal would end it. Its file outlives it, and the number may be
 * another program's by then.
 */
export function reloadable(pidFile: string): number | undefined {
  const pid = Number(text(pidFile));
  if (!Number.isInteger(pid) || pid < 2) return undefined;
  const status = text(`/proc/${pid}/status`);
  if (/^Name:\s*(\S+)/.exec(status)?.[1] !== "turnserver") return undefined;
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return (caught >> (usr2 - 1n)) & 1n ? pid : undefined;
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
