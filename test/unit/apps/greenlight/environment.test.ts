import { expect, it } from "vitest";
import { environmentOf } from "../../../../apps/greenlight/environment.ts";
import { Smtp } from "../../../../apps/greenlight/settings.ts";
import { facts, least, smtp } from "./facts.ts";

const valuesOf = (told = facts) => Object.fromEntries(environmentOf(told).map(({ name, value }) => [name, value]));
const referencesOf = (told = facts) =>
  environmentOf(told).flatMap(({ name, valueFrom }) => (valueFrom ? [[name, valueFrom.secretKeyRef]] : []));

it("meetings are at the public address, which browsers are sent to", () => {
  expect(valuesOf()).toMatchObject({
    BIGBLUEBUTTON_ENDPOINT: "https://meet.example.org/bigbluebutton/api/",
    ...{ URL_HOST: "rooms.example.org", DEFAULT_LOCALE: "de", LOG_LEVEL: "info" },
  });
  // it is for portals of several tenants, and changes sessions and sign-in
  expect(valuesOf()).not.toHaveProperty("LOADBALANCER_ENDPOINT");
});

it("neither a mail outage nor one of the meetings makes the portal unhealthy, with mail or without", () => {
  for (const told of [facts, least])
    expect(valuesOf(told)).toMatchObject({ SMTP_HEALTH_CHECK_DISABLED: "true", BBB_HEALTH_CHECK_DISABLED: "true" });
  for (const part of ["DATABASE", "REDIS"]) expect(valuesOf()).not.toHaveProperty(`${part}_HEALTH_CHECK_DISABLED`);
});

it("secrets are references, and only those that the settings need", () => {
  const key = (name: string, key: string) => ({ name, key });
  const always = [
    ["SECRET_KEY_BASE", key("greenlight", "secretKeyBase")],
    ["BIGBLUEBUTTON_SECRET", key("greenlight", "bigBlueButton")],
  ];
  const stores = [
    ["DATABASE_URL", key("greenlight-postgres", "url")],
    ["REDIS_URL", key("greenlight-redis", "url")],
  ];
  expect(referencesOf(least)).toEqual([...always, ...stores]);
  expect(referencesOf()).toEqual([
    ...always,
    ["OPENID_CONNECT_CLIENT_SECRET", key("greenlight", "oidcClientSecret")],
    ["SMTP_PASSWORD", key("greenlight", "smtpPassword")],
    ["S3_ACCESS_KEY_ID", key("greenlight", "s3AccessKey")],
    ["S3_SECRET_ACCESS_KEY", key("greenlight", "s3SecretKey")],
    ...stores,
  ]);
});

it("people sign in at the provider, which sends them back to the portal", () => {
  expect(valuesOf()).toMatchObject({
    ...{ OPENID_CONNECT_ISSUER: "https://login.example.org/realms/meet", OPENID_CONNECT_CLIENT_ID: "portal" },
    ...{ OPENID_CONNECT_REDIRECT: "https://rooms.example.org/", OPENID_CONNECT_UID_FIELD: "sub" },
    // an address that nobody verified would give somebody's account away
    USE_EMAIL_AS_EXTERNAL_ID_FALLBACK: "false",
  });
  // where it is set at all, the form for local accounts is hidden
  expect(valuesOf(least)).not.toHaveProperty("OPENID_CONNECT_ISSUER");
});

it.each([
  ["starttls", { SMTP_STARTTLS: "true" }, ["SMTP_TLS"]],
  ["tls", { SMTP_TLS: "true" }, ["SMTP_STARTTLS"]],
  ["none", {}, ["SMTP_TLS", "SMTP_STARTTLS"]],
] as const)("mail with encryption %s has it for certain, or not at all", (encryption, there, missing) => {
  const values = valuesOf({ ...facts, smtp: Smtp.parse({ ...smtp, encryption }) });
  expect(values).toMatchObject({ ...there, SMTP_STARTTLS_AUTO: "false", SMTP_SSL_VERIFY: "true" });
  for (const name of missing) expect(values).not.toHaveProperty(name);
});

it("mail is from the sender's domain, and nobody logs in where there is no user", () => {
  expect(valuesOf()).toMatchObject({ SMTP_DOMAIN: "example.org", SMTP_USERNAME: "meet", SMTP_AUTH: "plain" });
  const { user: _, ...others } = smtp;
  const values = valuesOf({ ...facts, smtp: Smtp.parse(others) });
  for (const name of ["SMTP_USERNAME", "SMTP_AUTH", "SMTP_PASSWORD"]) expect(values).not.toHaveProperty(name);
});
