import { execa } from "execa";
import { BootFailure } from "./failure.ts";
import type { HostPaths } from "./root/paths.ts";

/** Makes the links of enabled units, as the first boot of a real host does from the presets that Ignition wrote. */
export async function enableUnits({ root }: HostPaths): Promise<void> {
  const done = await execa("systemctl", [`--root=${root}`, "preset-all"], { reject: false, all: true });
  if (done.exitCode !== 0) throw new BootFailure(`units cannot be enabled: ${lastLine(done.all)}`);
}

/**
 * Lets systemd itself check each unit that Ignition wrote, one at a time: a unit whose neighbour is broken is not blamed for it.
 * Throws `BootFailure` with what systemd says.
 */
export async function verifyUnits({ root }: HostPaths, units: readonly string[]): Promise<void> {
  for (const unit of units) {
    // a template is checked as the instances that are enabled, when they start
    if (unit.includes("@.")) continue;
    const options = ["verify", `--root=${root}`, "--recursive-errors=one", "--man=no"];
    const checked = await execa("systemd-analyze", [...options, unit], { reject: false, all: true });
    const said = complaints(checked.all, root);
    if (checked.exitCode !== 0 || said.length > 0)
      throw new BootFailure(`systemd refuses ${unit}: ${said.join("; ") || lastLine(checked.all)}`);
  }
}

/** What systemd-analyze says about units, without where this machine keeps the host. */
export function complaints(output: string, root: string): string[] {
  const lines = output.split("\n").map((line) => line.replaceAll(root, "").trim());
  return lines.filter((line) => line !== "" && !/^Failed to (connect|open|get|create).*(bus|credential)/i.test(line));
}

function lastLine(text = ""): string {
  return text.trim().split("\n").at(-1) ?? "";
}
