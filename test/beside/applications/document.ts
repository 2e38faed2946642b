/** A small estate with every application of the project: what each of them needs of its document, in one place. */
import { bbbSettings, greenlightImage, processExporterImage, scaleliteImages } from "../../unit/apps/documents.ts";
import { certificateFor } from "../../unit/apps/ingress/certificates.ts";

export const zone = "apps.test";
export const hosts = {
  orchestrator: ["apps-o-01"],
  turn: ["apps-turn-01", "apps-turn-02"],
  bbb: ["apps-bbb-01"],
  worker: ["apps-w-01"],
} as const;
const [worker] = hosts.worker;

/** Names that people reach pages under. */
const names = {
  ...{ scalelite: `meet.${zone}`, greenlight: `rooms.${zone}`, feedback: `feedback.${zone}` },
  grafana: `grafana.${zone}`,
};

/** Servers outside that the document names: nobody is there. */
const outside = { objects: { cidr: "192.0.2.80/32", port: 443 } };

const rollout = { joinMinutes: 4, drainMinutes: 4, soakMinutes: 0.05 };
const small = { flavor: "m1.small", rollout };
const named = (all: readonly string[]) => Object.fromEntries(all.map((name) => [name, {}]));
const volumeOf = (name: string) => [name, { sizeGiB: 2, path: `/var/lib/${name}` }] as const;
const volumes = Object.fromEntries(["postgres", "backups", "redis", "monitoring", "consul"].map(volumeOf));
const datastore = { sizeGiB: 2, path: "/var/lib/rancher" };

/** The settings of each application. A new one of the project is added here: test/graph/applications.test.ts misses it. */
function settings({ chain, store = false, downloads = bbbSettings }: Described): Readonly<Record<string, object>> {
  return {
    ...{ hello: { replicas: 1 }, feedback: { host: names.feedback, replicas: 1 }, coturn: { drainMinutes: 1 } },
    bbb: { ...bbbSettings, project: downloads.project, compose: downloads.compose },
    ingress: { front: "hosts", certificates: { from: "files", web: chain } },
    monitoring: {
      ...{ host: worker, memoryMiB: 256, scrapeSeconds: 10 },
      ...{ grafana: { host: names.grafana }, processExporter: { image: processExporterImage } },
    },
    consul: { hosts: [worker], memoryMiB: 128 },
    postgres: { host: worker, memoryMiB: 256 },
    redis: { host: worker, instances: { scalelite: { memoryMiB: 64 }, greenlight: { memoryMiB: 64 } } },
    registrator: { image: `registry.example.org/estate:1@sha256:${"0".repeat(64)}`, replicas: 1 },
    recordings: store ? {} : { enabled: false },
    scalelite: {
      ...{ host: names.scalelite, images: scaleliteImages, replicas: 1 },
      ...(store ? { recordings: {} } : {}),
    },
    greenlight: {
      ...{ host: names.greenlight, image: greenlightImage, replicas: 1 },
      files: { s3: { endpoint: `https://objects.${zone}`, bucket: "uploads" } },
    },
  };
}

/** What the applications' estate needs beside what `estate init` makes. */
export interface Given {
  /** The certificate of all pages, TURN hosts and bbb hosts. */
  readonly chain: string;
  /** Secrets that are given, as `<application>.<secret>`. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A file that hosts fetch. */
interface Download {
  readonly url: string;
  readonly sha512: string;
}

interface Described extends Pick<Given, "chain"> {
  /** With a store of recordings, which needs an NFS server in the host's kernel. @default none, as where hosts are started */
  readonly store?: boolean;
  /** What bbb hosts fetch. @default what nobody serves, for tests that start no host */
  readonly downloads?: { readonly project: Download; readonly compose: Download };
}

export async function newGiven(): Promise<Given> {
  const others = [...hosts.turn, ...hosts.bbb].map((host) => `${host}.${zone}`);
  const { chain, key } = await certificateFor(...Object.values(names), ...others);
  const s3 = { "greenlight.s3AccessKey": "access-key-of-the-test", "greenlight.s3SecretKey": "secret-key-of-the-test" };
  return { chain, secrets: { "ingress.key": key, ...s3 } };
}

/** Changes the document of the local stack to that of this estate. */
export function describeApplications(document: Record<string, unknown>, described: Described): void {
  const network = document.network as { readonly downloads: object };
  Object.assign(document, {
    ...{ name: "apps", zone, sites: { local: { cidr: "10.60.0.0/24" } } },
    network: { ...network, downloads: { ...network.downloads, ...outside } },
    roles: {
      orchestrator: { ...small, publicAddress: true, hosts: named(hosts.orchestrator), volumes: { datastore } },
      turn: { ...small, publicAddress: true, hosts: named(hosts.turn) },
      bbb: { ...small, flavor: "m1.large", publicAddress: true, hosts: named(hosts.bbb) },
      // the scheduler is real: it looks for the memory that pods ask for
      worker: {
        ...small,
        runs: ["pods"],
        flavor: "m1.large",
        publicAddress: true,
        hosts: named(hosts.worker),
        volumes,
      },
    },
    apps: settings(described),
  });
  if (!described.store) return;
  const recordings = { sizeGiB: 2, path: "/var/lib/recordings" };
  Object.assign(document.image as object, { system: "flatcar" });
  Object.assign(document.roles as object, {
    recordings: { ...small, runs: ["recordings"], hosts: named(["apps-r-01"]), volumes: { recordings } },
  });
}
