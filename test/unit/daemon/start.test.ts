import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { project } from "../../../local/place.ts";

/** Process 1 of a stack's namespaces, on machines whose /etc is made up in a mount namespace of the test. */
const start = join(project, "local/daemon/start.sh");
const folder = mkdtempSync(join(tmpdir(), "estate-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
const possible = process.getuid?.() === 0 && spawnSync("unshare", [...namespaces, "true"]).status === 0;

/** What a program in the stack sees, then what /etc of the machine holds after it. */
function run(machine: string, program: string): string[] {
  writeFileSync(join(folder, "program"), program);
  const inner = `unshare --mount sh ${start} sh ${join(folder, "program")} 192.0.2.53 192.0.2.10`;
  const script = `set -e; mount -t tmpfs tmpfs /etc; ${machine}; umask 077; ${inner}; ls -A /etc`;
  const { stdout, stderr } = spawnSync("unshare", [...namespaces, "sh", "-c", script], { encoding: "utf8" });
  return `${stdout}${stderr}`.trim().split("\n");
}

test.runIf(possible).each([
  ["without a resolv.conf", "true", []],
  ["whose resolv.conf is in /run", "ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf", ["resolv.conf"]],
  ["whose resolv.conf is a link to nowhere", "ln -s /nowhere/resolv.conf /etc/resolv.conf", ["resolv.conf"]],
  ["with a resolv.conf", "echo own >/etc/resolv.conf", ["resolv.conf"]],
])("on a machine %s the stack has its own, and the machine stays as it was", (_, machine, after) => {
  expect(run(machine, "cat /etc/resolv.conf")).toEqual(["nameserver 192.0.2.53", ...after]);
});

test.runIf(possible)("what is made in the stack can be read by its users, whatever the umask of who started it", () => {
  expect(run("true", "umask; stat -c %a /run/netns /run/estate")).toEqual(["0022", "755", "700"]);
});
