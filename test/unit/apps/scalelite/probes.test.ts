/** The probes' programs, run as a container runs them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apiAlive, apiReady, healthCheck, progressing, progressScript } from "../../../../apps/scalelite/probes.ts";

describe("the probe of what has no port", () => {
  let proc: string;
  let worker: ChildProcess | undefined;
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), "estate-proc-"));
  });
  afterEach(async () => {
    if (worker?.exitCode === null && worker.signalCode === null) {
      const ended = once(worker, "exit");
      worker.kill("SIGKILL");
      await ended;
    }
    worker = undefined;
    rmSync(proc, { recursive: true });
  });

  const alive = async (kept = "kept") => {
    const { exitCode, stderr } = await execa("sh", ["-c", progressScript(join(proc, kept), proc)], { reject: false });
    expect(stderr).toBe("");
    return exitCode === 0;
  };
  const process = (id: number, program: string, switches: number) => {
    mkdirSync(join(proc, String(id)), { recursive: true });
    writeFileSync(join(proc, String(id), "comm"), `${program}\n`);
    const status = `Name:\t${program}\nvoluntary_ctxt_switches:\t${switches}\nnonvoluntary_ctxt_switches:\t1\n`;
    writeFileSync(join(proc, String(id), "status"), status);
  };

  it("succeeds while a program works and sleeps in turn, and fails when it hangs", async () => {
    worker = spawn(globalThis.process.execPath, ["-e", "setInterval(() => undefined, 20)"], { stdio: "ignore" });
    symlinkSync(`/proc/${worker.pid}`, join(proc, String(worker.pid)));
    await sleep(300);
    expect(await alive()).toBe(true);
    await sleep(300);
    expect(await alive()).toBe(true);
    worker.kill("SIGSTOP");
    await sleep(100);
    await alive();
    await sleep(300);
    expect(await alive()).toBe(false);
    worker.kill("SIGCONT");
    await sleep(300);
    expect(await alive()).toBe(true);
  });

  it("counts neither tini, which always wakes, nor shells, as which it runs itself", async () => {
    process(1, "tini", 5);
    process(7, "bundle", 100);
    process(9, "sh", 5);
    expect([await alive(), await alive()]).toEqual([true, false]);
    process(1, "tini", 6);
    process(9, "sh", 6);
    expect(await alive()).toBe(false);
    process(7, "bundle", 101);
    expect(await alive()).toBe(true);
    // a tar that unpacks a recording works for the importer, which waits for it
    process(12, "tar", 1);
    expect(await alive()).toBe(true);
  });

  it("fails where there is nothing but them", async () => {
    process(1, "tini", 5);
    expect([await alive(), await alive()]).toEqual([false, false]);
  });

  it("is asked at intervals longer than the longest sleep, each time with a memory of its own", () => {
    const { readinessProbe, livenessProbe } = progressing(60);
    expect(livenessProbe.periodSeconds).toBeGreaterThan(60);
    expect(readinessProbe.periodSeconds * readinessProbe.failureThreshold).toBeGreaterThan(60);
    const [ready, kept] = [readinessProbe, livenessProbe].map(({ exec }) => exec.command[2]);
    expect([ready, kept]).toEqual([progressScript("/tmp/ready"), progressScript("/tmp/alive")]);
  });
});

describe("the probe of the API", () => {
  it("reads the body: the status says 200 whatever is wrong", () => {
    expect(apiReady.exec.command).toEqual(["ruby", "-e", healthCheck()]);
    expect(healthCheck()).toContain('URI("http://127.0.0.1:3000/health_check")');
    expect(healthCheck()).toContain('exit body.strip.downcase == "success"');
  });

  it("does not start it anew because something else is away", () => {
    expect(apiAlive).toMatchObject({ tcpSocket: { port: "api" } });
    expect(JSON.stringify(apiAlive)).not.toContain("health_check");
  });
});
