import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureBoot } from "../../../local/boot/ignition.ts";
import { place } from "../../../local/place.ts";
import type { ServiceStatus } from "../../../local/service.ts";
import { Lab } from "./client.ts";
import { config, service, type Wishes } from "./config.ts";
import type { LabServer } from "./lab.ts";

/**
 * Hosts without a cloud: what nova, neutron and the metadata service say is the test's. Not shown here: that they say it so.
 */
let data: string;
let keys: string;
let lab: Lab;

beforeAll(async () => {
  const { ignition } = await ensureBoot(place(), () => undefined);
  data = await mkdtemp(join(tmpdir(), "estate-boot-"));
  keys = await mkdtemp(join(tmpdir(), "estate-keys-"));
  for (const name of ["user", "host"]) await execa("ssh-keygen", ["-qt", "ed25519", "-N", "", "-f", join(keys, name)]);
  lab = new Lab(data, ignition);
  await lab.ask("start");
});

afterAll(async () => {
  lab?.end();
  for (const folder of [data, keys]) if (folder) await rm(folder, { recursive: true, force: true });
});

const idOf = (address: number) => `00000000-0000-4000-8000-${String(address).padStart(12, "0")}`;
const created = { action: "create", request_id: "req-1", start_time: "2026-01-01T00:00:00" };

async function serverOf(address: number, wishes: Partial<Wishes> & { name: string }): Promise<LabServer> {
  const authorizedKey = (await readFile(join(keys, "user.pub"), "utf8")).trim();
  const userData = config({ authorizedKey, ...wishes });
  const name = wishes.name;
  return { id: idOf(address), name, status: "ACTIVE", address, userData, actions: [created] };
}

/** As a client that pins the host's key; `key` is the file of its public half. */
async function ssh(address: number, command: string, key = join(keys, "host.pub")) {
  const known = join(keys, `known-${address}`);
  await writeFile(known, `10.20.0.${address} ${await readFile(key, "utf8")}`);
  const options = ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "BatchMode=yes", "ConnectTimeout=5"];
  const flags = options.flatMap((option) => ["-o", option]);
  return lab.run("ssh", "-F", "none", "-i", join(keys, "user"), ...flags, `core@10.20.0.${address}`, command);
}

const kept = (address: number, path: string) => readFile(join(data, "hosts", idOf(address), "root", path), "utf8");
const bootIdOf = async (address: number) =>
  (await lab.run("cat", `/run/hosts/${idOf(address)}/run/estate/boot-id`)).stdout;
const processes = async (marker: string) =>
  (await lab.run("ps", "axo", "args")).stdout.split("\n").filter((line) => line.includes(marker));

test("a host is what its Ignition config says, and answers with its own key", async () => {
  const hostKey = { private: await readFile(join(keys, "host"), "utf8"), public: "" };
  const lines = [
    'Environment="GREETING=two words"',
    "EnvironmentFile=/etc/greeting",
    "ExecStartPre=/bin/sh -c 'echo before >> /var/lib/order'",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's, not ours
    "ExecStart=/opt/bin/k3s server --name %H --greeting ${GREETING} --file ${FROM_FILE}",
    "Restart=always",
  ];
  const units = [
    service("k3s.service", ["Type=notify", ...lines], ["After=first.service", "Requires=first.service"]),
    service("first.service", [
      "Type=oneshot",
      "RemainAfterExit=yes",
      "ExecStart=/bin/sh -c 'echo first >> /var/lib/order'",
    ]),
  ];
  const files = { "/etc/greeting": "FROM_FILE=yes\n" };
  await lab.ask("set", await serverOf(11, { name: "orch-1", hostKey, units, files }));
  const host = await lab.until("orch-1", ({ state }) => state === "running" || state === "failed");
  expect(host).toMatchObject({ state: "running", id: idOf(11), addresses: ["10.20.0.11"] });
  expect(host.units).toContainEqual({ name: "k3s.service", state: "active", kind: "played" });
  expect(host.units).toContainEqual({ name: "sshd.service", state: "active", kind: "real" });

  const { stdout } = await ssh(
    11,
    "id -un; hostname; sudo id -un; cat /run/estate/server-id /etc/machine-id /var/lib/order",
  );
  expect(stdout.split("\n")).toEqual([
    "core",
    "orch-1",
    "root",
    idOf(11),
    idOf(11).replaceAll("-", ""),
    "first",
    "before",
  ]);
  await lab.until("orch-1", ({ reason }) => reason !== undefined);
  const called = "called with k3s server --name orch-1 --greeting two words --file yes on orch-1";
  expect(await lab.ask("reason", "orch-1")).toBe(called);
  const console = await readFile(join(data, "hosts", idOf(11), "console.log"), "utf8");
  expect(console).toContain("] ignition: INFO     : files: files passed");
  expect(console).toContain(`] k3s: estate-reason: ${called}`);
});

test("a client with another host key in mind is refused, and so is another user key", async () => {
  expect(await ssh(11, "true", join(keys, "user.pub"))).toMatchObject({ exitCode: 255 });
  const other = await lab.run(
    "ssh",
    "-F",
    "none",
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "BatchMode=yes",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "core@10.20.0.11",
    "true",
  );
  expect(other.stderr).toContain("Permission denied (publickey)");
});

test("systemctl on a host acts on its played units", async () => {
  expect(await ssh(11, "systemctl is-active k3s")).toMatchObject({ exitCode: 0, stdout: "active" });
  expect((await ssh(11, "systemctl restart k3s")).exitCode).toBe(1);
  const before = (await kept(11, "var/lib/order")).split("\n").length;
  expect(await ssh(11, "sudo systemctl restart k3s && systemctl is-active k3s")).toMatchObject({ stdout: "active" });
  expect((await kept(11, "var/lib/order")).split("\n").length).toBe(before + 1);
});

test("Docker of a host says that it is played", async () => {
  expect(await ssh(11, "docker pull example.org/image")).toMatchObject({
    ...{ exitCode: 0, stderr: "played by the local stack, nothing was run: docker pull example.org/image" },
  });
  expect((await ssh(11, "docker exec web true")).exitCode).toBe(1);
});

test("a host that is stopped has no process, no mount, no link; started again it keeps its files, without Ignition", async () => {
  await ssh(11, "echo mine > /home/core/note; nohup sleep 987654 >/dev/null 2>&1 &");
  const before = await bootIdOf(11);
  const server = await serverOf(11, { name: "orch-1" });
  await lab.ask("set", { ...server, status: "SHUTOFF" });
  await lab.until("orch-1", ({ step }) => step === "switched off");
  expect(await processes("987654")).toEqual([]);
  expect(await processes("1000000")).toEqual([]);
  expect((await lab.ask<ServiceStatus[]>("services")).filter(({ name }) => name.startsWith("orch-1/"))).toEqual([]);
  expect((await lab.run("grep", "-c", `${idOf(11)}/`, "/proc/self/mountinfo")).stdout).toBe("0");
  expect(await lab.ask("power", idOf(11))).toBe(false);

  // its /etc/hostname would come back if Ignition ran again
  await writeFile(join(data, "hosts", idOf(11), "root/etc/hostname"), "renamed\n");
  const started = { action: "start", request_id: "req-2", start_time: "2026-01-02T00:00:00" };
  await lab.ask("set", { ...server, actions: [created, started] });
  await lab.until("orch-1", ({ state }) => state === "running");
  expect(await ssh(11, "cat note; hostname")).toMatchObject({ stdout: "mine\nrenamed" });
  expect(await bootIdOf(11)).not.toBe(before);
});

test("a reboot is a new boot; a rebuild is a new disk", async () => {
  const server = await serverOf(11, { name: "orch-1" });
  const before = await bootIdOf(11);
  const reboot = { action: "reboot", request_id: "req-3", start_time: "2026-01-03T00:00:00" };
  await lab.ask("set", { ...server, actions: [created, reboot] });
  await expect.poll(() => bootIdOf(11), { timeout: 10_000 }).not.toBe(before);
  await lab.until("orch-1", ({ state }) => state === "running");
  expect(await kept(11, "home/core/note")).toBe("mine\n");
  const rebuild = { action: "rebuild", request_id: "req-4", start_time: "2026-01-04T00:00:00" };
  await lab.ask("set", { ...server, actions: [created, reboot, rebuild] });
  await expect.poll(() => kept(11, "etc/hostname"), { timeout: 10_000 }).toBe("orch-1");
  await lab.until("orch-1", ({ state }) => state === "running");
  await expect(kept(11, "home/core/note")).rejects.toThrow("ENOENT");
});

test("what is wrong in the config fails the host, with a reason that names it", async () => {
  const simple = ["ExecStart=/usr/bin/sleep 1000"];
  const wrong: [string, Partial<Wishes>, RegExp][] = [
    ["hash", { k3sSha512: "0".repeat(128) }, /^Ignition failed: .*\/opt\/bin\/k3s.*hash verification failed/],
    [
      "directive",
      { units: [service("a.service", [...simple, "DynamicUser=yes"])] },
      /a\.service: the directive DynamicUser= of \[Service\] is not played/,
    ],
    [
      "program",
      { units: [service("b.service", ["ExecStart=/opt/bin/nothing"])] },
      /systemd refuses b\.service: .*\/opt\/bin\/nothing/,
    ],
    ["line", { units: [service("c.service", [...simple, "Restart=sometimes"])] }, /c\.service.*sometimes/],
  ];
  await Promise.all(
    wrong.map(async ([name, wishes], at) => lab.ask("set", await serverOf(20 + at, { name, ...wishes }))),
  );
  for (const [name, , reason] of wrong) {
    const host = await lab.until(name, ({ state }) => state === "running" || state === "failed");
    expect(host.state, name).toBe("failed");
    expect(host.reason).toMatch(reason);
    expect(await readFile(join(data, "hosts", host.id, "console.log"), "utf8")).toMatch(/estate-reason: /);
  }
});

test("a secret of the config is not in the console, even when Ignition fails", async () => {
  const files = { "/etc/secret": "very-secret-token", "/usr/lib/no": "x" };
  await lab.ask("set", await serverOf(30, { name: "secret", files }));
  const { id, reason } = await lab.until("secret", ({ state }) => state === "failed");
  expect(reason).toContain("read-only file system");
  expect(await readFile(join(data, "hosts", id, "console.log"), "utf8")).not.toContain("very-secret-token");
});

test("without an answer from the metadata service the host waits, and says for what", async () => {
  const { userData: _, ...silent } = await serverOf(31, { name: "silent" });
  await lab.ask("set", silent);
  const host = await lab.until("silent", ({ reason }) => reason !== undefined);
  expect(host).toMatchObject({ state: "booting", step: "asking the metadata service for user data" });
  expect(host.reason).toMatch(/^user data cannot be fetched from http:\/\/169\.254\.169\.254\/.*Couldn't connect/);
});

test("a volume is formatted and mounted by units, outlives its host, and goes when cinder deletes it", async () => {
  const volumeId = "cafe0000-1111-4222-8333-444444444444";
  const device = `/dev/disk/by-id/virtio-${volumeId.slice(0, 20)}`;
  const format = service(
    "format.service",
    [
      "Type=oneshot",
      `ExecStart=/bin/sh -c 'until [ -e ${device} ]; do sleep 0.2; done; blkid -p ${device} || mkfs.ext4 -q -L data ${device}'`,
    ],
    ["DefaultDependencies=no", "Before=var-data.mount"],
  );
  const mount = {
    name: "var-data.mount",
    contents: `[Unit]\nRequires=format.service\nAfter=format.service\n[Mount]\nWhat=${device}\nWhere=/var/data\nType=ext4\n[Install]\nWantedBy=multi-user.target\n`,
  };
  const hostKey = { private: await readFile(join(keys, "host"), "utf8"), public: "" };
  const attachments = [{ volumeId, device: "/dev/vdb", sizeGiB: 1 }];
  const units = [format, mount];
  const first = await serverOf(41, { name: "store-1", units, hostKey });
  await lab.ask("set", first);
  await lab.until("store-1", ({ units }) =>
    units.some(({ name, state }) => name === "format.service" && state === "activating"),
  );
  await lab.ask("set", { ...first, attachments });
  const host = await lab.until("store-1", ({ state }) => state !== "booting");
  expect(host.units).toContainEqual({ name: "var-data.mount", state: "active", kind: "real" });
  expect(
    await ssh(
      41,
      "test -d /var/data/lost+found && echo kept | sudo tee /var/data/file; sudo blkid -p -s LABEL -o value /dev/vdb",
    ),
  ).toMatchObject({
    stdout: "kept\ndata",
  });
  await lab.ask("remove", first.id);
  await expect.poll(() => lab.host("store-1")).toBeUndefined();
  await expect.poll(() => kept(41, "etc/hostname").catch(() => "gone")).toBe("gone");

  const second = await serverOf(42, { name: "store-1", units, hostKey });
  await lab.ask("set", { ...second, attachments });
  await lab.until("store-1", ({ state, id }) => id === second.id && state === "running");
  expect(await ssh(42, "cat /var/data/file")).toMatchObject({ stdout: "kept" });
  await lab.ask("remove", second.id);
  await expect
    .poll(() => lab.run("ls", join(data, "volumes")))
    .toMatchObject({ stdout: expect.stringContaining(volumeId) });
  await lab.ask("forgetVolume", volumeId);
  await expect.poll(() => lab.run("ls", join(data, "volumes")), { timeout: 5000 }).toMatchObject({ stdout: "" });
});

test("a timer starts its service again and again, until it is stopped, or its host is", async () => {
  const hostKey = { private: await readFile(join(keys, "host"), "utf8"), public: "" };
  const lines = ["Type=oneshot", "ExecStart=/bin/sh -c 'echo tick >> /var/lib/ticks'"];
  const timer = ["[Timer]", "OnBootSec=1s", "OnUnitInactiveSec=500ms", "AccuracySec=1ms"];
  const units = [
    { name: "tick.service", contents: `${["[Service]", ...lines].join("\n")}\n` },
    { name: "tick.timer", contents: `${[...timer, "[Install]", "WantedBy=timers.target"].join("\n")}\n` },
    { name: "long.service", contents: "[Service]\nType=oneshot\nExecStart=/bin/sleep 654\n" },
    {
      name: "long.timer",
      contents: "[Timer]\nOnBootSec=1s\nOnUnitInactiveSec=1h\n[Install]\nWantedBy=timers.target\n",
    },
    // of the played image
    { name: "docker.service" },
  ];
  const server = await serverOf(51, { name: "clock-1", hostKey, units });
  const ticks = async () => (await kept(51, "var/lib/ticks").catch(() => "")).split("\n").length - 1;
  await lab.ask("set", server);
  const host = await lab.until("clock-1", ({ state }) => state === "running" || state === "failed");
  expect(host).toMatchObject({ state: "running" });
  expect(host.units).toContainEqual({ name: "tick.timer", state: "active", kind: "real" });
  expect(host.units).toContainEqual({ name: "docker.service", state: "active", kind: "played" });
  await expect.poll(ticks, { timeout: 10_000 }).toBeGreaterThan(2);

  expect(await ssh(51, "systemctl is-active long")).toMatchObject({ exitCode: 3, stdout: "activating" });
  expect(await processes("/bin/sleep 654")).toHaveLength(1);
  expect((await ssh(51, "sudo systemctl stop long")).exitCode).toBe(0);
  expect(await ssh(51, "systemctl is-active long")).toMatchObject({ exitCode: 3, stdout: "inactive" });
  expect(await processes("/bin/sleep 654")).toEqual([]);
  expect(await ssh(51, "sudo systemctl stop tick.timer; systemctl is-active tick.timer")).toMatchObject({
    ...{ exitCode: 3, stdout: "inactive" },
  });
  const stopped = await ticks();
  await sleep(2000);
  expect(await ticks()).toBe(stopped);
  expect(await ssh(51, "sudo systemctl start tick && systemctl is-active tick")).toMatchObject({
    ...{ exitCode: 3, stdout: "inactive" },
  });
  expect(await ticks()).toBe(stopped + 1);
  expect(await ssh(51, "sudo systemctl start tick.timer && systemctl status tick.timer")).toMatchObject({
    ...{ exitCode: 0, stdout: "tick.timer: active" },
  });
  await expect.poll(ticks, { timeout: 10_000 }).toBeGreaterThan(stopped + 2);

  await lab.ask("set", { ...server, status: "SHUTOFF" });
  await lab.until("clock-1", ({ state }) => state === "stopped");
  const off = await ticks();
  await sleep(1500);
  expect(await ticks()).toBe(off);
  await lab.ask("remove", server.id);
});

test("a host breaks as it was told", async () => {
  const server = await serverOf(11, { name: "orch-1" });
  const actions = [...server.actions, { action: "rebuild", request_id: "req-4", start_time: "2026-01-04T00:00:00" }];
  await lab.ask("break", { host: "orch-1", mode: "dies-after:0.2" });
  const dead = await lab.until("orch-1", ({ state }) => state === "failed");
  expect(dead.reason).toContain("told to die after 0.2 s");
  expect(await lab.ask("power", idOf(11))).toBe(false);
  await lab.ask("break", { host: "orch-1", mode: "never-boots" });
  const reboot = { action: "reboot", request_id: "req-5", start_time: "2026-01-05T00:00:00" };
  await lab.ask("set", { ...server, actions: [...actions, reboot] });
  await lab.until("orch-1", ({ step }) => step === "told never to boot");
  await sleep(500);
  expect((await lab.host("orch-1"))?.state).toBe("booting");
  await lab.ask("break", { host: "orch-1", mode: "none" });
  const again = { action: "reboot", request_id: "req-6", start_time: "2026-01-06T00:00:00" };
  await lab.ask("set", { ...server, actions: [...actions, reboot, again] });
  await lab.until("orch-1", ({ state }) => state === "running");
  await expect(lab.ask("break", { host: "orch-1", mode: "explodes" })).rejects.toThrow("is no way to break a host");
});

test("the end of the daemon switches all hosts off; the next one boots them as they were", async () => {
  const before = await bootIdOf(11);
  await lab.ask("stop");
  expect(await processes("sshd: /usr/sbin")).toEqual([]);
  // the estate's hosts may be mounted beside them
  expect((await lab.run("grep", "-c", `/run/hosts/${idOf(0).slice(0, -12)}`, "/proc/self/mountinfo")).stdout).toBe("0");
  await lab.ask("start");
  await lab.until("orch-1", ({ state }) => state === "running");
  expect(await bootIdOf(11)).not.toBe(before);
});
