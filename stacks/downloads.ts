import { isIPv4 } from "node:net";
import { contains } from "./cidr.ts";
import { placeOf } from "./explain.ts";
import { isMirrored, mirrorsOf, registryUsers } from "./registries.ts";
import { archives } from "./schema/orchestrator.ts";
import type { Estate } from "./schema.ts";
import { versions } from "./versions.ts";

type Wrong = (path: PropertyKey[], message: string) => void;

/** An address that hosts fetch from, and where the document has it. */
interface Source {
  readonly path: PropertyKey[];
  readonly url: URL;
}

/** What hosts fetch, and from where: security groups let them reach what `network.downloads` names, and nothing else outside. */
export function checkDownloads(estate: Estate, wrong: Wrong): void {
  const { downloads } = estate.network;
  for (const { path, url } of sourcesOf(estate)) {
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    const reachable = Object.values(downloads).some(
      (download) => download.port === port && (!isIPv4(url.hostname) || contains(download.cidr, url.hostname)),
    );
    if (!reachable)
      wrong(
        ["network", "downloads"],
        `no entry lets hosts reach ${url.hostname} port ${port}, where ${placeOf(path)} points: add its range and port`,
      );
  }
  checkImages(estate, wrong);
}

/** What is no address at all is told where it stands. */
function sourcesOf(estate: Estate): Source[] {
  const { k3s, api } = estate.orchestrator;
  const at = ["orchestrator", "k3s"];
  const written: [PropertyKey[], string][] = [
    [[...at, "url"], k3s.url],
    ...(k3s.images ? [[[...at, "images", "url"], k3s.images.url] as [PropertyKey[], string]] : []),
    ...Object.entries(mirrorsOf(estate)).flatMap(([name, endpoints]) =>
      endpoints.map((endpoint, index): [PropertyKey[], string] => [
        ["orchestrator", "registries", name, "endpoints", index],
        endpoint,
      ]),
    ),
    ...registryUsers(estate).flatMap(({ registry }): [PropertyKey[], string][] =>
      registry === "*" || isMirrored(estate, registry)
        ? []
        : [[["orchestrator", "registries", registry, "user"], `https://${registry}`]],
    ),
    ...(api.front === "vip" && !isMirrored(estate, registryOf(versions.kubeVip))
      ? [[["orchestrator", "api", "front"], `https://${registryOf(versions.kubeVip)}`] as [PropertyKey[], string]]
      : []),
  ];
  return written.flatMap(([path, text]) => (URL.canParse(text) ? [{ path, url: new URL(text) }] : []));
}

function registryOf(image: string): string {
  return image.split("/")[0] ?? "";
}

/** k3s looks at the name alone to know how an archive is packed, and leaves out what it does not know. */
function checkImages({ orchestrator: { k3s } }: Estate, wrong: Wrong): void {
  const { url = "" } = k3s.images ?? {};
  if (URL.canParse(url) && !archiveOf(url))
    wrong(
      ["orchestrator", "k3s", "images", "url"],
      `is no archive that k3s takes: use one whose name ends in ${archives.join(", ")}`,
    );
}

/** How the name of an archive ends; nothing if k3s would not take it. */
export function archiveOf(url: string): (typeof archives)[number] | undefined {
  const { pathname } = new URL(url);
  return archives.find((end) => pathname.endsWith(end));
}
