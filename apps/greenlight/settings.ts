import { z } from "zod";
import { Domain, Port } from "../../stacks/schema/primitives.ts";
import { form, oneOf, section, text, told, yesOrNo } from "../../stacks/schema/told.ts";

/** How people sign in elsewhere. */
export const Oidc = section({
  /**
   * The provider's issuer, to the letter as it calls itself (a slash at the end counts), on port 443. What it tells of itself is below
   * it, at `/.well-known/openid-configuration`.
   */
  issuer: z
    .url({ protocol: /^https$/, ...told("write an https address, such as https://login.example.org/realms/meet") })
    .refine((url) => !url.includes("/.well-known/"), "leave out /.well-known/ and what follows: Greenlight adds it")
    .refine((url) => new URL(url).port === "", "leave out the port: Greenlight asks issuers on port 443 alone"),
  /** As the provider knows the portal; its secret is `greenlight.oidcClientSecret`. */
  clientId: text("the id of the client at the provider"),
  /** The claim that an account is known by. Changing it makes new accounts of all people. */
  uid: text("the name of a claim, such as sub").default("sub"),
  /**
   * Who comes with the mail address of an account gets that account: for a change of provider, or from local accounts. Only where the
   * provider has verified addresses, or whoever claims one has the account.
   */
  accountsByMail: yesOrNo().default(false),
});

/** How mail leaves. */
export const Smtp = section({
  /** The mail server. */
  host: form(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "write a name or an address, such as mail.example.org"),
  /** Its port: 587 takes STARTTLS, 465 TLS from the start. `network.downloads` must let hosts reach it. */
  port: Port.default(587),
  /** `starttls` and `tls` refuse a server without it, or with a certificate that is not good. `none` is for a relay nearby. */
  encryption: oneOf(["starttls", "tls", "none"]).default("starttls"),
  /** Whom mail is from. */
  sender: z.email(told("write a mail address, such as meet@example.org")),
  senderName: text("the name that mail is from").optional(),
  /** What the portal calls itself to the server. @default the domain of the sender */
  domain: Domain.optional(),
  /** Who logs in there; the password is `greenlight.smtpPassword`. @default nobody: the server takes mail by address */
  user: text("the name of a user of the mail server").optional(),
  auth: oneOf(["plain", "login", "cram_md5"]).default("plain"),
});

/** Where presentations and pictures are that people upload: all pods must have the same ones. */
export const Files = section({
  /** An object store that speaks S3, such as Ceph's or Swift's; its keys are `greenlight.s3AccessKey` and `greenlight.s3SecretKey`. */
  s3: section({
    endpoint: z.url({ protocol: /^https$/, ...told("write an https address, such as https://objects.example.org") }),
    bucket: text("the name of a bucket"),
    region: text("the name of a region").default("us-east-1"),
    /** Buckets are in the path, not in the name of the host. */
    pathStyle: yesOrNo().default(true),
  }).optional(),
  /** Name of a PersistentVolumeClaim (ReadWriteMany) that user 1000 may write to. */
  claim: text("the name of a PersistentVolumeClaim").optional(),
});

export type OidcSettings = z.output<typeof Oidc>;
export type SmtpSettings = z.output<typeof Smtp>;
export type FilesSettings = z.output<typeof Files>;

/** What is outside the estate, or may be. */
export interface OutsideSettings {
  /** Changing it rolls the pods. @default accounts are the portal's own */
  readonly oidc?: OidcSettings | undefined;
  /** Changing it rolls the pods. @default no mail is sent */
  readonly smtp?: SmtpSettings | undefined;
  /** Changing it rolls the pods; what people uploaded does not move. */
  readonly files: FilesSettings;
}
