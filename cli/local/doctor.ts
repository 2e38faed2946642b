import { existsSync } from "node:fs";
import { mkdir, statfs } from "node:fs/promises";
import { arch, platform, totalmem } from "node:os";
import { execa } from "execa";
import { runningDaemon } from "../../local/daemon/launch.ts";
import { installCommand, missingPackages } from "../../local/debian/packages.ts";
import { place, project } from "../../local/place.ts";
import { table } from "../table.ts";
import { type Finding, judgeGo, judgeNode, judgePython } from "./languages.ts";

/** GiB that the caches and one stack need on an empty machine. @source measured, 2026-11: Go modules and build cache 9, cache 2, data 1 */
const diskGiB = 12;
/** GiB of memory that the first estate and the programs' builds need. */
const memoryGiB = 8;

/** Looks at everything `up` needs, and says of each what to do. */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const findings = await Promise.all([
    system(),
    judgeNode(process.version, process.execPath),
    go(),
    python(),
    packages(),
    namespaces(),
    disk(),
    memory(),
    daemon(),
  ]);
  const broken = findings.some(({ state }) => state === "missing");
  const rows = findings.map(({ what, state, detail }) => [what, state, detail]);
  process.stdout.write(json ? `${JSON.stringify({ findings })}\n` : `${table(["WHAT", "STATE", "DETAIL"], rows)}\n`);
  if (broken) process.exitCode = 1;
}

const system = (): Finding => ({
  what: "system",
  state: platform() === "linux" && existsSync("/etc/debian_version") ? "ok" : "missing",
  detail:
    platform() === "linux"
      ? `${platform()} ${arch()}; packages come from Debian 12 or newer`
      : "needs Debian 12 or newer on Linux",
});

async function go(): Promise<Finding> {
  // where no go.mod asks for a newer one, which Go would fetch to answer
  const { stdout } = await execa("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: project, reject: false });
  const [version = "", toolchain = ""] = stdout?.split("\n") ?? [];
  return judgeGo(version, toolchain);
}

/** Those that 'estate local up' tries, as it tries them: Debian's, then the first on the PATH. */
async function python(): Promise<Finding> {
  const script = "import ensurepip, platform, venv; print(platform.python_version())";
  const asked = ["/usr/bin/python3", "python3"].map((program) => execa(program, ["-c", script], { reject: false }));
  return judgePython((await Promise.all(asked)).map(({ failed, stdout }) => (failed ? undefined : stdout)));
}

async function packages(): Promise<Finding> {
  const missing = await missingPackages();
  return missing.length === 0
    ? { what: "system packages", state: "ok", detail: "all there" }
    : {
        what: "system packages",
        state: "missing",
        detail: `${installCommand(missing)} (as root, 'estate local up' does it, and keeps their services from running)`,
      };
}

async function namespaces(): Promise<Finding> {
  const user = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user", "--map-auto"];
  const result = await execa("unshare", [...user, "--mount", "--net", "--pid", "--fork", "true"], { reject: false });
  return result.failed
    ? {
        what: "namespaces",
        state: "missing",
        detail: `cannot be made: ${result.stderr}. Run as root, or install uidmap and give this user ids in /etc/subuid and /etc/subgid`,
      }
    : { what: "namespaces", state: "ok", detail: user.length === 0 ? "as root" : "as this user, with mapped ids" };
}

async function disk(): Promise<Finding> {
  const { cache } = place();
  await mkdir(cache, { recursive: true });
  const { bavail, bsize } = await statfs(cache);
  const free = (bavail * bsize) / 2 ** 30;
  return {
    what: "disk",
    state: free < diskGiB ? "missing" : "ok",
    detail: `${free.toFixed(0)} GiB free at ${cache}; an empty machine needs ${diskGiB}`,
  };
}

function memory(): Finding {
  const total = totalmem() / 2 ** 30;
  return {
    what: "memory",
    state: total < memoryGiB ? "missing" : "ok",
    detail: `${total.toFixed(0)} GiB; the first estate needs ${memoryGiB}`,
  };
}

async function daemon(): Promise<Finding> {
  const running = await runningDaemon(place());
  return { what: "local stack", state: "note", detail: running ? `runs, process ${running.pid}` : "does not run" };
}
