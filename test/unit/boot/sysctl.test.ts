/** The unit of the played image that sets what a host's configuration says of its kernel: only what is the host's own may be touched. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { media } from "../../../ignition/media.ts";
import { prepareImage } from "../../../local/boot/root/assemble.ts";
import { unitFinder } from "../../../local/boot/units/load.ts";
import { orderUnits } from "../../../local/boot/units/order.ts";

const name = "systemd-sysctl.service";
let folder: string;
let image: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "estate-sysctl-"));
  image = await prepareImage(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("it is enabled, and has ended before the network and all that listens there", async () => {
  const root = join(folder, "root");
  mkdirSync(join(root, "usr/lib"), { recursive: true });
  mkdirSync(join(root, "etc/systemd/system"), { recursive: true });
  await execa("cp", ["--recursive", image, join(root, "usr/lib/systemd")]);
  await execa("mv", [join(root, "usr/lib/systemd/preset"), join(root, "usr/lib/systemd/system-preset")]);
  await execa("systemctl", [`--root=${root}`, "preset-all"]);
  const order = orderUnits("multi-user.target", unitFinder(root)).map(({ unit }) => unit.name);
  expect(order).toContain(name);
  expect(order.indexOf(name)).toBeLessThan(order.indexOf("sshd.service"));
});

test("it sets what Ignition writes for turn hosts of their network, and nothing of the kernel that all hosts share", async () => {
  const [, script = ""] =
    /^ExecStart=\/bin\/sh -c "(.*)"$/m.exec(readFileSync(join(image, "system", name), "utf8")) ?? [];
  const settings = join(folder, "sysctl.d");
  mkdirSync(settings);
  const { files = [] } = media({ host: { runs: ["turn"] } } as unknown as Parameters<typeof media>[0]);
  writeFileSync(join(settings, "90-estate-media.conf"), String(files[0]?.contents));
  writeFileSync(join(settings, "99-other.conf"), "kernel.pid_max = 99\nvm.swappiness = 1\n# net.ipv4.ip_forward = 1\n");
  const programs = join(folder, "bin");
  mkdirSync(programs);
  writeFileSync(join(programs, "sysctl"), "#!/bin/sh\ncat\n", { mode: 0o755 });
  const { stdout } = await execa("sh", ["-c", script.replace("/etc/sysctl.d", settings)], {
    env: { PATH: `${programs}:${process.env.PATH}` },
  });
  expect(stdout).toContain("net.ipv4.ip_unprivileged_port_start = 443");
  expect(stdout.split("\n").filter((line) => !line.startsWith("net."))).toEqual([]);
});
