import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { versions } from "../versions.ts";
import { Api } from "./api.ts";
import { Cidr, Port } from "./primitives.ts";
import { form, map, section, told } from "./told.ts";

const Address = () => z.url({ protocol: /^https?$/, ...told("write an http or https address") });
const Sha512 = () => form(/^[0-9a-f]{128}$/, "write the SHA-512 as 128 lower-case hexadecimal digits");

/** The ends of names of archives that k3s takes. @source pkg/tarfile of rancher/wharfie v0.7, 2026-11 */
export const archives = [".tar", ".tar.lz4", ".tar.bz2", ".tbz", ".tar.gz", ".tgz", ".tar.zst", ".tzst"] as const;

/** The images k3s itself runs, for hosts that reach no registry. Changing it replaces every host, one after another. */
const Images = section({
  /** Where hosts download the archive at first boot: `k3s-airgap-images-amd64.tar.zst` of the same release. */
  url: Address(),
  /** SHA-512 of that archive. A download that differs is refused by Ignition. */
  sha512: Sha512(),
});

const K3s = section({
  /** Its release, as the nodes report it. Changing it replaces every host, one after another. */
  version: form(/^v\d+\.\d+\.\d+\+k3s\d+$/, "write a k3s release, such as v1.34.2+k3s1").default(versions.k3s),
  /** Where hosts download the k3s program at first boot. */
  url: Address(),
  /** SHA-512 of that program: 128 hexadecimal digits. A download that differs is refused by Ignition. */
  sha512: Sha512(),
  /** An archive of the images k3s itself runs, instead of a registry. @default pulled when they are needed */
  images: Images.optional(),
});

/** A registry as the names of images begin: it has a dot or a port. `*` is every one that has no entry of its own. */
const RegistryName = form(
  /^(\*|[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?|[a-z0-9-]+:\d{1,5})$/,
  "write a registry as names of images begin, such as docker.io or registry.example.org:5000, or * for all others",
);

/** Where images of a registry are pulled from, and as whom. */
const Registry = section({
  /**
   * Addresses that are tried in their order, before the registry itself; `network.downloads` must let hosts reach them. One without
   * a path has `/v2`. No credentials: user data is read by more than the host. Changing it replaces every host, one after another.
   *
   * @default none: from the registry itself
   */
  endpoints: z
    .array(Address(), told("write a list, such as [https://registry.example.org]"))
    .min(1, "empty: write at least one address, or leave the registry out")
    .optional(),
  /**
   * Certificate of the authority that the endpoints' certificates are signed by, in PEM. Changing it replaces every host, one after another.
   *
   * @default those the image trusts
   */
  ca: z
    .string(told("write a certificate in PEM, from -----BEGIN CERTIFICATE----- on"))
    .refine(isCertificate, told("write a certificate in PEM, from -----BEGIN CERTIFICATE----- on"))
    .optional(),
  /**
   * Whom pods pull as, from the registry and from its endpoints; the password is a secret of the stack (`estate init` says which). Pods
   * of applications have both as a pull secret; what hosts run without an application has none. The first user of an estate, and taking
   * out the last, replaces pods; other changes of users and passwords replace nothing.
   *
   * @default nobody: whoever asks gets the images
   */
  user: form(
    /^[^\s:]+$/,
    "write the name that the registry knows, without spaces and colons, such as robot$estate",
  ).optional(),
});

/** k3s, its addresses, and where it pulls images. */
export const Orchestrator = section({
  k3s: K3s,
  api: Api.prefault({}),
  /** Addresses of pods. Fixed for the life of the orchestrator. */
  podCidr: Cidr.default("10.42.0.0/16"),
  /** Addresses of services. Fixed for the life of the orchestrator. */
  serviceCidr: Cidr.default("10.43.0.0/16"),
  /** Ports of every node behind which services may be found. Changing them replaces the orchestrator's servers. */
  nodePorts: section({ from: Port, to: Port }).default({ from: 13_000, to: 15_767 }),
  /** Mirrors and users of registries, by the registry's name: what images are called, wherever they come from. */
  registries: map(RegistryName, Registry, "docker.io: { endpoints: [https://registry.example.org] }").default({}),
});

/** An authority may come with the one above it, so that there may be several. */
function isCertificate(pem: string): boolean {
  const blocks = pem.trim().split(/(?<=-----END CERTIFICATE-----)\s*/);
  try {
    return blocks.every((block) => /^-----BEGIN CERTIFICATE-----\s/.test(block) && Boolean(new X509Certificate(block)));
  } catch {
    return false;
  }
}
