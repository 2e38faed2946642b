import { defineApplication } from "../../stacks/application.ts";
import { overlap } from "../../stacks/cidr.ts";
import { hostNamesRunning, rolesRunning } from "../hosts.ts";
import { hostFragment } from "./host.ts";
import { imagesOf, unpinned } from "./images.ts";
import { containers, dockerBridge, handoverPort } from "./names.ts";
import { settings } from "./settings.ts";

export const application = defineApplication({
  about: "BigBlueButton on the hosts that run bbb: the compose project of upstream, and what the estate adds to it.",
  settings,
  uses: ["coturn", "registrator"],
  after: ["feedback", "ingress", "recordings"],
  /** What services of a host call each other with; the secret of the API is the registrator's. */
  secrets: { seed: { bytes: 32 } },
  // people reach hosts, not pods: those ports are in the catalogue of hosts (stacks/ports.ts)
  ports: { handover: { port: handoverPort, from: ["registrator", "monitoring"], scrape: true } },
  certificates: ({ certificate }, { zone, roles }) => {
    const hosts = hostNamesRunning({ roles }, "bbb");
    return [{ secret: certificate, names: hosts.map((host) => `${host}.${zone}`).sort() }];
  },
  host: (said, runs) => (runs.includes("bbb") ? hostFragment(said) : undefined),
  check({ images, checksums, exporter, project, compose, recording }, estate, wrong) {
    const roles = rolesRunning(estate, "bbb");
    if (roles.length === 0) wrong([], "needs hosts that run bbb: add a role of them, or write enabled: false");
    for (const role of roles)
      if (!estate.roles[role]?.publicAddress)
        wrong([], `people reach each host of roles.${role} itself: write publicAddress: true there`);
    if (estate.image.system !== "flatcar")
      wrong(
        [],
        "needs Docker on the hosts, which image.system fedora-coreos confines: write flatcar there (apps/bbb/README.md)",
      );
    for (const part of unpinned(imagesOf(images), { recording })) {
      const known = imagesOf(images)[part];
      wrong(
        ["images", part],
        `the digest of ${known} is not known to the project: write ${known.replace(/@.*/, "")}@sha256:...`,
      );
    }
    if (!checksums.includes("sha256"))
      wrong(["checksums"], "must have sha256: Scalelite and the registrator sign with it, and so do breakout rooms");
    if (exporter && !checksums.includes("sha1"))
      wrong(["checksums"], "must have sha1, which the exporter signs with: add it, or write exporter: false");
    const { recordings, scalelite } = estate.apps;
    if (recording && !recordings?.enabled)
      wrong(["recording"], "recordings would be lost with their host: write apps.recordings too");
    if (recording && !(scalelite as { readonly recordings?: object } | undefined)?.recordings)
      wrong(["recording"], "nobody would import them: write apps.scalelite.recordings: {} too");
    checkRanges(estate, (message) => wrong([], message));
    for (const [key, { url }] of Object.entries({ project, compose })) {
      const { protocol, port } = new URL(url);
      const wanted = Number(port) || (protocol === "https:" ? 443 : 80);
      if (!Object.values(estate.network.downloads).some((one) => one.port === wanted))
        wrong([key, "url"], `no entry of network.downloads lets hosts reach port ${wanted}: add its range and port`);
    }
  },
});

type Ranges = {
  readonly sites: Readonly<Record<string, { readonly cidr: string }>>;
  readonly orchestrator: { readonly podCidr: string; readonly serviceCidr: string };
};

/** Containers have addresses of upstream's choice: whoever has the same ones elsewhere is never reached from the host. */
function checkRanges({ sites, orchestrator }: Ranges, wrong: (message: string) => void): void {
  const taken: [string, string][] = [
    ...Object.entries(sites).map(([site, { cidr }]): [string, string] => [`sites.${site}.cidr`, cidr]),
    ["orchestrator.podCidr", orchestrator.podCidr],
    ["orchestrator.serviceCidr", orchestrator.serviceCidr],
  ];
  for (const [place, cidr] of taken)
    for (const own of [containers, dockerBridge.replace(".1/", ".0/")])
      if (overlap(cidr, own))
        wrong(`its containers have ${own} on their hosts, which ${place} (${cidr}) overlaps: choose another there`);
}
