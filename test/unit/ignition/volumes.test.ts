import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deviceOf, mountUnitName, volumes } from "../../../ignition/volumes.ts";

const volume = {
  name: "recordings",
  sizeGiB: 10,
  path: "/var/lib/bbb-recordings",
  device: deviceOf("cafe0000-1111-4222-8333-444444444444"),
};
const fragment = volumes([volume]);
const script = fragment.files?.find(({ path }) => path.endsWith("format-volume.sh"))?.contents as string;

describe("data volumes", () => {
  it("are found by the serial number that virtio shows", () => {
    expect(volume.device).toBe("/dev/disk/by-id/virtio-cafe0000-1111-4222-8");
  });

  it("are mounted by a unit with the name that systemd demands, after the one that formats", () => {
    const mount = fragment.units?.find(({ name }) => name === mountUnitName(volume.path));
    expect(mount?.name).toBe("var-lib-bbb\\x2drecordings.mount");
    expect(mount?.contents).toContain("Requires=estate-format-recordings.service");
    expect(mount?.contents).toContain(`What=${volume.device}`);
  });

  it("need nothing where there are none", () => {
    expect(volumes([])).toEqual({});
  });
});

/** On a file that stands for the device, with the real programs. */
describe("the script that formats", () => {
  let folder: string;
  const device = () => join(folder, "device");
  const run = () => spawnSync("sh", ["-c", script, "format-volume.sh", device(), "data"], { encoding: "utf8" });
  const label = () =>
    spawnSync("blkid", ["-p", "-s", "LABEL", "-o", "value", device()], { encoding: "utf8" }).stdout.trim();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "volume-"));
    writeFileSync(device(), "");
    truncateSync(device(), 16 * 2 ** 20);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("formats an empty volume, once", () => {
    expect(run().status).toBe(0);
    expect(label()).toBe("data");
    const before = readFileSync(device());
    const uuid = before.subarray(1024 + 104, 1024 + 120).toString("hex");
    expect(run().status).toBe(0);
    expect(
      readFileSync(device())
        .subarray(1024 + 104, 1024 + 120)
        .toString("hex"),
    ).toBe(uuid);
  });

  it("makes the file system as large as the volume when that has grown", () => {
    run();
    truncateSync(device(), 32 * 2 ** 20);
    const grown = run();
    expect(grown.status, grown.stderr).toBe(0);
    expect(readFileSync(device()).readUInt32LE(1024 + 4)).toBe(32 * 1024);
  });

  it("leaves a volume alone that holds something else, or cannot be read", () => {
    spawnSync("mkswap", [device()]);
    const before = readFileSync(device());
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining("volume data holds swap, not ext4") });
    expect(readFileSync(device()).equals(before)).toBe(true);
    rmSync(device());
    mkdirSync(device());
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining("volume data cannot be read") });
  });
});
