import { z } from "zod";

/** Of the estate, a role, a host, or an entry of a map: part of names in the cloud and in DNS. */
export const Name = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, "use 1 to 40 lower-case letters, digits and '-', starting with a letter");
export const Domain = z
  .string()
  .regex(
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
    "write a domain in lower case, such as meet.example.org",
  );
export const Cidr = z.cidrv4("write an IPv4 range, such as 203.0.113.0/24");
export const Address = z.ipv4("write an IPv4 address, such as 192.0.2.53");
export const Label = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, "not a Kubernetes label value");
export const LabelKey = z
  .string()
  .regex(/^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, "not a Kubernetes label key");
export const Port = z.int().min(1).max(65_535);
