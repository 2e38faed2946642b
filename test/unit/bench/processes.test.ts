import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudSeconds, cloudUsage } from "../../bench/cloud.ts";
import { Meter, type Part, partOf, type Seen, usageOf } from "../../bench/processes.ts";
import { sampled } from "../../bench/sampler.ts";

const sdk = "/estate/node_modules/@pulumi/pulumi/cmd";
const line = (...words: string[]) => `${words.join("\0")}\0`;

describe("a process of an update", () => {
  it.each<[string, string, Part | undefined]>([
    ["the engine", line("/cache/bin/pulumi", "up", "--yes"), "engine"],
    ["a plugin", line("/home/plugins/pulumi-resource-openstack", "127.0.0.1:4000"), "plugins"],
    ["the language host", line("pulumi-language-nodejs", "127.0.0.1:4000"), "plugins"],
    ["the program", line("node", `${sdk}/run/index.js`, "--monitor", "127.0.0.1:1", "."), "program"],
    ["the program, as the official host starts it", line("node", `${sdk}/run`, "--monitor", "127.0.0.1:1"), "program"],
    ["a gate", line("node", "cli/gate.ts", "ready"), "gates"],
    ["our command", line("/cache/node", "/estate/cli/estate.ts", "drift", "--stack", "bench"), "command"],
    ["what holds the stack", line("/cache/node", "/estate/cli/estate.ts", "local", "up"), undefined],
    ["the shell before a gate", line("/bin/sh", "-c", "node cli/gate.ts ready"), undefined],
    [
      "who looks for the SDK",
      line("node", "-p", "require.resolve(process.argv[1])", "@pulumi/pulumi/cmd/run"),
      undefined,
    ],
    ["a policy pack", line("node", `${sdk}/run-policy-pack/index.js`, "--monitor", "127.0.0.1:1"), undefined],
    ["what enters the stack", line("nsenter", "--target=7", "pulumi", "up"), undefined],
    ["a service of the cloud", line("/venv/bin/python", "nova-compute"), undefined],
    ["a thread of the kernel", "", undefined],
  ])("%s is told by its command line", (_, commandLine, part) => expect(partOf(commandLine)).toBe(part));
});

const stat = (user: number, system: number, started: number, name = "node") =>
  `7 (${name}) S 1 7 7 0 -1 4194560 1 2 3 4 ${user} ${system} 5 6 20 0 11 0 ${started} 1000 200 18446744073709551615`;
const status = (kilobytes: number) => `Name:\tnode\nVmPeak:\t  999999 kB\nVmHWM:\t   ${kilobytes} kB\nVmRSS:\t 1 kB\n`;

describe("what a process has used", () => {
  it("is its highest memory and its time of the processor, whatever its name", () => {
    const used = { started: "4711", bytes: 2048 * 1024, cpuSeconds: 1.75 };
    expect(usageOf(stat(150, 25, 4711), status(2048))).toEqual(used);
    expect(usageOf(stat(150, 25, 4711, "a) S (b"), status(2048))).toEqual(used);
  });

  it("is nothing when it has ended", () => {
    expect(usageOf("", "")).toBeUndefined();
    expect(usageOf(stat(1, 1, 1), "Name:\tnode\nState:\tZ (zombie)\n")).toBeUndefined();
  });
});

describe("the meter", () => {
  const one = (pid: string, part: Part, bytes: number, cpuSeconds: number, started = "1"): Seen => ({
    ...{ pid, part, bytes, cpuSeconds, started },
  });

  it("knows the most memory at one moment, and the time of all that ever ran", () => {
    const meter = new Meter();
    meter.see([one("1", "program", 100, 1), one("2", "gates", 50, 0.5), one("3", "gates", 60, 0.5)]);
    meter.see([one("1", "program", 300, 2), one("4", "gates", 70, 1)]);
    meter.see([one("1", "program", 300, 4)]);
    expect([meter.bytes("program"), meter.bytes("gates"), meter.bytes("engine")]).toEqual([300, 110, 0]);
    expect([meter.cpuSeconds("program"), meter.cpuSeconds("gates"), meter.cpuSeconds("engine")]).toEqual([4, 2, 0]);
  });

  it("takes a number that is given again for another process", () => {
    const meter = new Meter();
    meter.see([one("7", "gates", 10, 3, "100")]);
    meter.see([one("7", "gates", 10, 2, "900")]);
    expect(meter.cpuSeconds("gates")).toBe(5);
  });
});

describe("a folder of processes", () => {
  let proc = "";
  beforeEach(async () => {
    proc = await mkdtemp(join(tmpdir(), "estate-proc-"));
  });
  afterEach(() => rm(proc, { recursive: true, force: true }));

  async function process(pid: string, commandLine: string, kilobytes: number): Promise<void> {
    await mkdir(join(proc, pid), { recursive: true });
    await writeFile(join(proc, pid, "cmdline"), commandLine);
    await writeFile(join(proc, pid, "stat"), stat(100, 0, Number(pid)));
    await writeFile(join(proc, pid, "status"), status(kilobytes));
  }

  it("is looked at while the work is done, and the result is the work's", async () => {
    await process("10", line("pulumi", "up"), 1024);
    await process("11", line("python"), 4096);
    await mkdir(join(proc, "sys"));
    const meter = new Meter();
    const result = await sampled(proc, meter, async () => {
      await sleep(200);
      // a process that becomes another program, and one that ends
      await process("11", line("node", "cli/gate.ts", "ready"), 2048);
      await rm(join(proc, "10"), { recursive: true });
      await sleep(800);
      return "done";
    });
    expect(result).toBe("done");
    expect([meter.bytes("engine"), meter.bytes("gates"), meter.bytes("program")]).toEqual([2 ** 20, 2 ** 21, 0]);
    expect(meter.cpuSeconds("engine")).toBe(1);
  });

  it("tells what the cloud computed meanwhile: everything but what works on the update", async () => {
    await process("10", line("pulumi", "up"), 1024);
    await process("11", line("python", "nova-api"), 4096);
    await process("12", line("etcd"), 4096);
    const before = await cloudUsage(proc);
    expect([...before]).toEqual([
      ["11 11", 1],
      ["12 12", 1],
    ]);
    await writeFile(join(proc, "11", "stat"), stat(250, 0, 11));
    // its number is given to another process
    await rm(join(proc, "12"), { recursive: true });
    await process("13", line("python", "neutron-server"), 4096);
    expect(cloudSeconds(before, await cloudUsage(proc))).toBe(2.5);
  });

  it("is no longer looked at after a failure, which is the work's own", async () => {
    const meter = new Meter();
    await expect(sampled(proc, meter, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await process("10", line("pulumi", "up"), 1024);
    await sleep(600);
    expect(meter.bytes("engine")).toBe(0);
  });
});
