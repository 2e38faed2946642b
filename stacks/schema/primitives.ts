import { z } from "zod";
import { startOf } from "../cidr.ts";
import { readPublicKey } from "../publicKey.ts";
import { form, told, whole } from "./told.ts";

const publicKeyCure =
  "write the line of a .pub file of OpenSSH, such as ssh-ed25519 AAAA... anna@example.org; of rsa with 2048 bits or more";

/** Of the estate, a role, a host, or an entry of a map: part of names in the cloud and in DNS. */
export const Name = form(
  /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
  "use 1 to 40 lower-case letters, digits and '-', starting with a letter",
);
export const Domain = form(
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
  "write a domain in lower case, such as meet.example.org",
);
/** Neutron takes a range only as it begins: so each has one way to be written. */
export const Cidr = z
  .cidrv4({ ...told("write an IPv4 range, such as 203.0.113.0/24"), abort: true })
  .refine((cidr) => startOf(cidr) === cidr, {
    error: ({ input }) =>
      `write ${startOf(String(input))}, as the range begins, or ${String(input).replace(/\/.*/, "/32")} for the one address`,
  });
export const Address = z.ipv4(told("write an IPv4 address, such as 192.0.2.53"));
export const Label = form(
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
  "write a Kubernetes label value: up to 63 letters, digits, '.', '_' and '-', none of these three at an end",
);
export const LabelKey = form(
  /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
  "write a Kubernetes label key, such as example.org/disk",
);
/** A line of a `.pub` file. */
export const PublicKey = z
  .string(told(publicKeyCure))
  .refine((line) => readPublicKey(line) !== undefined, told(publicKeyCure));
export const Port = whole(1, 65_535);
/** An image of containers that can be no other one tomorrow. */
export const ImageByDigest = form(
  /^\S+@sha256:[0-9a-f]{64}$/,
  "write an image by digest, such as registry.example.org/name:tag@sha256:...",
);

/** Whether an image is named by its digest. */
export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}
