import { defineApplication } from "../../stacks/application.ts";
import { Domain, ImageByDigest, isPinned } from "../../stacks/schema/primitives.ts";
import { form, whole } from "../../stacks/schema/told.ts";
import { imageOf } from "./image.ts";
import { names, webPort } from "./names.ts";
import { closedTo, serversOf } from "./outside.ts";
import { Files, Oidc, type OutsideSettings, Smtp } from "./settings.ts";

/** Whether settings have something; they are checked before. */
const having = (test: (settings: OutsideSettings) => unknown) => (settings: unknown) =>
  Boolean(test(settings as OutsideSettings));
const usesS3 = having(({ files }) => files.s3);

export const application = defineApplication({
  about: "The portal: people have rooms in it, start meetings and find their recordings. Greenlight, version 3.",
  settings: {
    /** The name under which people reach it. Changing it makes links to rooms, and the provider's redirect, those of the new name. */
    host: Domain,
    /** Pods of it. Each may have ten connections of the database. */
    replicas: whole(1, 5, "pods").default(2),
    /**
     * Its image, by digest. Changing it migrates the database, then rolls the pods.
     * @default the one that stacks/versions.ts pins, once its digest is known there
     */
    image: ImageByDigest.optional(),
    /** The language of new accounts; people may choose another. */
    language: form(/^[a-z]{2,3}(_[A-Z]{2})?$/, "write a language, such as de or pt_BR").default("en"),
    /** Accounts of an identity provider (OpenID Connect). Without, accounts are the portal's own, with passwords. */
    oidc: Oidc.optional(),
    /** Without, no mail is sent: nobody can be invited, set a forgotten password anew, or prove an address. */
    smtp: Smtp.optional(),
    /** Where uploads are kept: one of the two. */
    files: Files,
  },
  uses: ["postgres", "redis", "scalelite"],
  secrets: {
    /** Signs sessions: another one signs everybody out. */
    secretKeyBase: { bytes: 64 },
    oidcClientSecret: {
      given: "the secret of the client apps.greenlight.oidc.clientId, from the identity provider",
      when: having(({ oidc }) => oidc),
    },
    smtpPassword: {
      given: "the password of apps.greenlight.smtp.user, from the mail server",
      when: having(({ smtp }) => smtp?.user),
    },
    s3AccessKey: { given: "the access key of the bucket apps.greenlight.files.s3.bucket", when: usesS3 },
    s3SecretKey: { given: "the secret key of the bucket apps.greenlight.files.s3.bucket", when: usesS3 },
  },
  ports: { http: { port: webPort, from: ["ingress"] } },
  web: ({ host }) => [{ host, service: names.portal, port: webPort }],
  check({ image: written, host, smtp, files, oidc }, { apps, network }, wrong) {
    const image = imageOf(written);
    if (!isPinned(image))
      wrong(
        ["image"],
        `the digest of ${image} is not known to the project: write ${image}@sha256:... with what your registry says of it ` +
          `(docker buildx imagetools inspect ${image})`,
      );
    if (apps.scalelite?.host === host)
      wrong(["host"], "write another name than apps.scalelite.host: the two are told apart by their names");
    if (!files.s3 === !files.claim)
      wrong(["files"], "write either s3 or claim: every pod must find what people uploaded, and after a restart too");
    if (smtp?.user && smtp.encryption === "none")
      wrong(["smtp", "encryption"], "write starttls or tls: the password of smtp.user would be sent in clear");
    for (const { path, host, port } of closedTo(serversOf({ oidc, smtp, files }), network.downloads))
      wrong(path, `network.downloads lets hosts reach no port ${port}: add the range of ${host} and that port`);
  },
});
