import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCloud } from "../../../cli/credentials.ts";

const openrc = {
  OS_AUTH_URL: "http://192.0.2.10:5000",
  OS_USERNAME: "me",
  OS_PASSWORD: "pa55",
  OS_PROJECT_NAME: "estate",
};

test("an openrc file is enough, with names or ids", async () => {
  expect(await findCloud({ ...openrc, OS_REGION_NAME: "one", OS_USER_DOMAIN_NAME: "campus" })).toEqual({
    ...{ authUrl: "http://192.0.2.10:5000", interface: "public", region: "one" },
    credentials: {
      ...{ kind: "password", username: "me", password: "pa55", userDomain: { name: "campus" } },
      project: { name: "estate", domain: { id: "default" } },
    },
  });
  const ids = { OS_PROJECT_ID: "p1", OS_PROJECT_DOMAIN_ID: "d1", OS_USER_DOMAIN_ID: "d2", OS_INTERFACE: "internalURL" };
  expect(await findCloud({ ...openrc, ...ids })).toMatchObject({
    interface: "internal",
    credentials: { userDomain: { id: "d2" }, project: { id: "p1", domain: { id: "d1" } } },
  });
});

test("an application credential needs no project", async () => {
  const { OS_AUTH_URL } = openrc;
  const credential = { OS_APPLICATION_CREDENTIAL_ID: "a1", OS_APPLICATION_CREDENTIAL_SECRET: "s3cret" };
  expect((await findCloud({ OS_AUTH_URL, ...credential })).credentials).toEqual({
    ...{ kind: "application credential", id: "a1", secret: "s3cret" },
  });
});

test("OS_CLOUD names a cloud of clouds.yaml, and goes before the rest", async () => {
  const folder = await mkdtemp(join(tmpdir(), "estate-credentials-"));
  const file = join(folder, "clouds.yaml");
  const auth = "{ auth_url: http://192.0.2.20, application_credential_id: a, application_credential_secret: b }";
  await writeFile(file, `clouds:\n  campus:\n    auth: ${auth}\n`);
  const environment = { ...openrc, OS_CLOUD: "campus", OS_CLIENT_CONFIG_FILE: file };
  expect(await findCloud(environment)).toMatchObject({ authUrl: "http://192.0.2.20" });
  await expect(findCloud({ ...environment, OS_CLOUD: "other" })).rejects.toThrow("no cloud 'other', only: campus");
  await rm(folder, { recursive: true });
});

test("what is not set is named, and what to do", async () => {
  await expect(findCloud({})).rejects.toThrow(/neither OS_CLOUD nor OS_AUTH_URL is set.*openrc/);
  await expect(findCloud({ ...openrc, OS_PASSWORD: "" })).rejects.toThrow("OS_PASSWORD");
  await expect(findCloud({ ...openrc, OS_CACERT: "/etc/ca.pem" })).rejects.toThrow("NODE_EXTRA_CA_CERTS=/etc/ca.pem");
  const trusted = { ...openrc, OS_CACERT: "/etc/ca.pem", NODE_EXTRA_CA_CERTS: "/etc/ca.pem" };
  expect(await findCloud(trusted)).toMatchObject({ interface: "public" });
});
