import { archiveOf } from "../stacks/downloads.ts";
import type { Fragment } from "./config.ts";
import { fetchPath } from "./fetch.ts";
import type { MachineFacts } from "./machine.ts";
import { boundFolder } from "./units/bound.ts";

/** Where k3s looks for archives of images each time it starts. */
export const imagesFolder = "/var/lib/rancher/k3s/agent/images";

/** On the image's own disk, see `boundFolder`: no archive of an older release is left on a volume. */
const kept = "/opt/estate/images";

/**
 * The images k3s itself runs, in an archive that is downloaded by its hash, and mounted where k3s looks for it. In a network without
 * DHCP it is the unit of k3s that downloads it, see `imagesFetched`.
 */
export function images(facts: Pick<MachineFacts, "interface" | "orchestrator">): Fragment {
  const { k3s } = facts.orchestrator;
  if (!k3s.images) return {};
  const { url, sha512 } = k3s.images;
  return {
    ...(facts.interface
      ? { directories: [{ path: kept, mode: 0o755 }] }
      : { files: [{ path: fileOf(url), mode: 0o644, contents: { url, sha512 } }] }),
    units: [boundFolder("The archive of the images that k3s itself runs", kept, imagesFolder)],
  };
}

/** What downloads them where Ignition reaches nobody: run before k3s. */
export function imagesFetched({ k3s }: MachineFacts["orchestrator"]): string[] {
  return k3s.images ? [`${fetchPath} ${k3s.images.url} ${k3s.images.sha512} ${fileOf(k3s.images.url)}`] : [];
}

function fileOf(url: string): string {
  return `${kept}/k3s-airgap-images${archiveOf(url)}`;
}
