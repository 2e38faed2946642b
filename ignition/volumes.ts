import { type Fragment, lines, type Unit } from "./config.ts";
import type { MachineVolume } from "./machine.ts";

const script = "/opt/estate/format-volume.sh";

/**
 * Data volumes: each is mounted where the document says, and formatted before only if nothing at all is found on it. They come
 * by units, not by Ignition's own file systems: a volume that is attached late must not fail the first boot (decisions C19).
 */
export function volumes(all: readonly MachineVolume[]): Fragment {
  if (all.length === 0) return {};
  return {
    files: [{ path: script, mode: 0o755, contents: formatScript() }],
    units: all.flatMap((volume) => [formatUnit(volume), mountUnit(volume)]),
  };
}

/** Where virtio shows a volume: its serial number is the start of its id. */
export function deviceOf(volumeId: string): string {
  return `/dev/disk/by-id/virtio-${volumeId.slice(0, 20)}`;
}

/** The name systemd demands for the unit of a mount point. */
export function mountUnitName(path: string): string {
  return `${path.slice(1).replaceAll("-", "\\x2d").replaceAll("/", "-")}.mount`;
}

/** `blkid` ends alike for an empty device and for one that cannot be read, so `wipefs` is asked: it tells them apart. */
function formatScript(): string {
  return lines(
    "#!/bin/sh",
    "# format-volume.sh DEVICE LABEL: a file system as large as the volume. One is made only where there is nothing at all.",
    "set -u",
    "leave() {",
    '  echo "estate-reason: volume $1 $2, so it is neither formatted nor mounted" >&2',
    "  exit 1",
    "}",
    'until [ -e "$1" ]; do sleep 1; done',
    'found=$(wipefs --no-act --noheadings --output TYPE "$1") || leave "$2" "cannot be read"',
    'case "$found" in',
    '  "") exec mkfs.ext4 -q -L "$2" "$1" ;;',
    '  ext4) e2fsck -f -p "$1" || [ $? -eq 1 ] || leave "$2" "has a file system that must be repaired by hand"',
    '    exec resize2fs "$1" ;;',
    '  *) leave "$2" "holds $(echo $found), not ext4" ;;',
    "esac",
  );
}

function formatUnit({ name, device }: MachineVolume): Unit {
  return {
    name: `estate-format-${name}.service`,
    contents: lines(
      "[Unit]",
      `Description=Formats the volume ${name} if it is empty`,
      "DefaultDependencies=no",
      "[Service]",
      "Type=oneshot",
      "RemainAfterExit=yes",
      "TimeoutStartSec=30min",
      `ExecStart=${script} ${device} ${name.slice(0, 16)}`,
    ),
  };
}

function mountUnit({ name, path, device }: MachineVolume): Unit {
  return {
    name: mountUnitName(path),
    contents: lines(
      "[Unit]",
      `Description=The volume ${name}`,
      `Requires=estate-format-${name}.service`,
      `After=estate-format-${name}.service`,
      "[Mount]",
      `What=${device}`,
      `Where=${path}`,
      "Type=ext4",
      "[Install]",
      "WantedBy=multi-user.target",
    ),
  };
}
