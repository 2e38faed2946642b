import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failureOf, refusedStorage, retriesOf, writtenUnits } from "../../../local/boot/apply.ts";
import { k3sLauncherSha512 } from "../../../local/boot/launcher.ts";
import { complaints } from "../../../local/boot/verify.ts";
import { devicesOf } from "../../../local/boot/volumes.ts";
import { project } from "../../../local/place.ts";

test("units with content are checked; masked and merely enabled ones are not", () => {
  const units = [
    { name: "a.service", contents: "[Service]" },
    { name: "b.service", dropins: [{ contents: "[Service]" }] },
    { name: "c.service", mask: true, contents: "[Service]" },
    { name: "d.service", dropins: [{}] },
  ];
  expect(writtenUnits({ systemd: { units } })).toEqual(["a.service", "b.service"]);
  expect(writtenUnits({})).toEqual([]);
});

test("disks that a config lays out are refused by name", () => {
  expect(refusedStorage({ storage: { filesystems: [{ device: "/dev/vdb", path: "/data" }] } })).toContain("/dev/vdb");
  expect(refusedStorage({ storage: { disks: [{ device: "/dev/vdc" }], raid: [{ name: "md0" }] } })).toContain(
    "/dev/vdc, md0",
  );
  expect(refusedStorage({ storage: {} })).toBeUndefined();
});

test("why Ignition failed, in its own words", () => {
  const log = [
    "INFO     : files: op(1): [started]  writing",
    'CRITICAL : files: createFiles: op(7): [failed]   writing file "/x": hash verification failed',
    "CRITICAL : Ignition failed: failed to create files: failed",
  ].join("\n");
  expect(failureOf(log)).toBe('writing file "/x": hash verification failed');
  expect(failureOf("CRITICAL : Ignition failed: error parsing config")).toBe("error parsing config");
  expect(failureOf("INFO     : all is well")).toBeUndefined();
});

test("what Ignition waits for", () => {
  const refused = 'INFO : GET http://x/k3s: attempt #1\nINFO : GET error: Get "http://x/k3s": connection refused';
  expect(retriesOf(refused)).toContain('tries again: Get "http://x/k3s": connection refused');
  expect(retriesOf(`${refused}\nINFO : GET result: OK`)).toBeUndefined();
  expect(retriesOf("INFO : nothing to get")).toBeUndefined();
});

test("systemd's complaints do not tell where this machine keeps the host", () => {
  expect(complaints("/run/hosts/1/etc/systemd/system/a.service:3: Unknown key\n\n", "/run/hosts/1")).toEqual([
    "/etc/systemd/system/a.service:3: Unknown key",
  ]);
});

test("devices: as nova names them, else the next free letter; by id the first 20 characters", () => {
  const [named, next] = devicesOf([
    { volumeId: "12345678-1234-1234-1234-123456789012", device: "/dev/vdb", sizeGiB: 1 },
    { volumeId: "22345678-1234-1234-1234-123456789012", sizeGiB: 2 },
  ]);
  expect(named).toMatchObject({ device: "/dev/vdb", byId: "/dev/disk/by-id/virtio-12345678-1234-1234-1" });
  expect(next?.device).toBe("/dev/vdc");
});

test("the launcher's hash is that of the file the mirror serves", () => {
  const bytes = readFileSync(join(project, "local/boot/mirror/k3s"));
  expect(k3sLauncherSha512()).toBe(createHash("sha512").update(bytes).digest("hex"));
});
