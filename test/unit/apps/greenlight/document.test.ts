/** What a document may say of the portal. */
import { expect, it } from "vitest";
import { appSecrets } from "../../../../stacks/appFacts.ts";
import { versions } from "../../../../stacks/versions.ts";
import { estate } from "../../stacks/fixtures.ts";
import { withGreenlight } from "../documents.ts";
import { oidc, s3, smtp } from "./facts.ts";

const written = (settings: object) => estate((document) => withGreenlight(document, settings));
const writing = (settings: object) => () => written(settings);

it("whose image's digest nobody knows is refused, with the image to ask for", () => {
  expect(writing({ image: undefined })).toThrow(
    `apps.greenlight.image: the digest of ${versions.greenlight} is not known to the project: write ${versions.greenlight}@sha256:...`,
  );
  expect(writing({ image: "docker.io/bigbluebutton/greenlight:v3" })).toThrow(
    "apps.greenlight.image: write an image by digest",
  );
});

it("needs its stores and Scalelite, and another name than that", () => {
  const without = () =>
    estate((document) => {
      withGreenlight(document);
      document.apps.scalelite.enabled = false;
    });
  expect(without).toThrow("apps.greenlight: needs scalelite: write apps.scalelite too");
  expect(writing({ host: "meet.example.org" })).toThrow("apps.greenlight.host: write another name");
});

it("has one place for uploads, which all pods have", () => {
  expect(writing({ files: { s3 } })).not.toThrow();
  for (const files of [{}, { claim: "uploads", s3 }])
    expect(writing({ files })).toThrow("apps.greenlight.files: write either s3 or claim");
});

it("needs the secrets of what it is told to use, and no others", () => {
  const keys = (settings: object) =>
    appSecrets(written(settings)).flatMap(({ key }) => (key.startsWith("greenlight.") ? [key] : []));
  expect(keys({})).toEqual(["greenlight.secretKeyBase"]);
  expect(keys({ oidc })).toEqual(["greenlight.secretKeyBase", "greenlight.oidcClientSecret"]);
  expect(keys({ smtp, files: { s3 } })).toEqual([
    ...["greenlight.secretKeyBase", "greenlight.smtpPassword", "greenlight.s3AccessKey", "greenlight.s3SecretKey"],
  ]);
  const { user: _, ...relay } = smtp;
  expect(keys({ smtp: relay })).toEqual(["greenlight.secretKeyBase"]);
});

it("is refused where security groups let nobody out to its servers, with what to add", () => {
  expect(writing({ smtp })).not.toThrow();
  expect(writing({ smtp: { ...smtp, port: 465 } })).toThrow(
    "apps.greenlight.smtp.host: network.downloads lets hosts reach no port 465: add the range of mail.example.org and that port",
  );
  expect(writing({ files: { s3: { ...s3, endpoint: "https://objects.example.org:9021" } } })).toThrow(
    "apps.greenlight.files.s3.endpoint: network.downloads lets hosts reach no port 9021",
  );
});

it("sends no password in clear", () => {
  expect(writing({ smtp: { ...smtp, encryption: "none" } })).toThrow(
    "apps.greenlight.smtp.encryption: write starttls or tls",
  );
});

it("has an issuer as Greenlight wants it", () => {
  const issuer = (address: string) => writing({ oidc: { ...oidc, issuer: address } });
  expect(issuer("https://login.example.org/application/o/meet/")).not.toThrow();
  expect(issuer("http://login.example.org")).toThrow("apps.greenlight.oidc.issuer: write an https address");
  expect(issuer("https://login.example.org/.well-known/openid-configuration")).toThrow("leave out /.well-known/");
  expect(issuer("https://login.example.org:8443/realms/meet")).toThrow("leave out the port");
});
