import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fragment, lines } from "../../ignition/config.ts";
import { fetchScript } from "../../ignition/fetch.ts";
import { metadataUnit } from "../../ignition/metadata.ts";
import { handoverFragment } from "./handover.ts";
import { imagesOf } from "./images.ts";
import { dockerBridge, places, user } from "./names.ts";
import { composeOverride } from "./override.ts";
import type { BbbSettings } from "./settings.ts";
import { timer } from "./timer.ts";

const service = "estate-bbb.service";

/**
 * What a bbb host gets at its first boot: Docker's settings, the overlay, and the unit that brings upstream's project to what the keeper's
 * pod says. It names no host, no address and no secret. Changing it replaces the bbb hosts.
 */
export function hostFragment(
  settings: Pick<BbbSettings, "project" | "compose" | "images" | "mtu" | "exporter" | "recording">,
): Fragment {
  const { mtu, exporter, recording } = settings;
  const handover = handoverFragment();
  const images = imagesOf(settings.images);
  // containers' logs go to the journal, which is bounded, and sent on where the document says so
  const docker = { bip: dockerBridge, mtu, "log-driver": "journald", "live-restore": true };
  const script = readFileSync(join(import.meta.dirname, "scripts", "settle.sh"), "utf8");
  return {
    directories: [
      { path: places.tools, mode: 0o755 },
      { path: places.work, mode: 0o700 },
      // the keeper's pod is not root, and writes here
      { path: places.told, mode: 0o700, owner: user },
      ...handover.directories,
    ],
    files: [
      { path: "/etc/docker/daemon.json", mode: 0o644, contents: `${JSON.stringify(docker)}\n` },
      { ...fetchScript(), path: `${places.tools}/fetch.sh` },
      { path: `${places.tools}/settle.sh`, mode: 0o755, contents: script },
      {
        path: `${places.tools}/override.yml`,
        mode: 0o644,
        contents: composeOverride({ images, mtu, exporter, recording }),
      },
      ...handover.files,
    ],
    units: [
      { name: "docker.service", enable: true },
      { name: service, contents: settleUnit(settings, images.generator) },
      { name: "estate-bbb.timer", contents: timer("settings of BigBlueButton") },
      ...handover.units,
    ],
  };
}

/** Downloads by hash, then settles: for as long as images take. It ends; containers are Docker's. */
function settleUnit({ project, compose }: Pick<BbbSettings, "project" | "compose">, generator: string): string {
  const fetched = ({ url, sha512 }: BbbSettings["project"], file: string) =>
    `ExecStartPre=${places.tools}/fetch.sh ${url.replaceAll("%", "%%")} ${sha512} ${places.tools}/${file}`;
  return lines(
    "[Unit]",
    "Description=Brings BigBlueButton to the settings of this host",
    `Requires=${metadataUnit}`,
    // wanted, not required: on an image without Docker, systemd would take the whole unit for a mistake
    "Wants=network-online.target docker.service",
    `After=docker.service ${metadataUnit} network-online.target`,
    "",
    "[Service]",
    "Type=oneshot",
    "TimeoutStartSec=infinity",
    `Environment=HOME=/root BBB_GENERATOR=${generator}`,
    fetched(compose, "docker-compose"),
    fetched(project, "project.tar.gz"),
    `ExecStart=${places.tools}/settle.sh`,
    "StandardOutput=journal+console",
  );
}
