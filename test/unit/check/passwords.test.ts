import { expect, it } from "vitest";
import { passwordRows } from "../../../cli/check/passwords.ts";

const users = [
  { registry: "docker.io", user: "anna", key: "registryPassword.docker.io" },
  { registry: "registry.example.org:5000", user: "robot$estate", key: "registryPassword.registry.example.org_5000" },
];

it("a password of a registry that is stored encrypted is enough", () => {
  const config = Object.fromEntries(users.map(({ key }) => [`estate:${key}`, { secure: "v1:abc" }]));
  expect(passwordRows(users, { stack: "prod", config })).toEqual([
    { what: "password of docker.io", verdict: "ok", detail: "anna" },
    { what: "password of registry.example.org:5000", verdict: "ok", detail: "robot$estate" },
  ]);
});

it("one that is missing, or in clear, is named with the command that stores it, and never shown", () => {
  const rows = passwordRows(users, { stack: "prod", config: { "estate:registryPassword.docker.io": "in-clear" } });
  expect(rows.map(({ verdict }) => verdict)).toEqual(["missing", "missing"]);
  expect(rows.map(({ cure }) => cure)).toEqual([
    "is stored in clear: choose another at the registry; 'pulumi config set --stack prod --secret estate:registryPassword.docker.io' asks for it and encrypts it",
    "is not stored; 'pulumi config set --stack prod --secret estate:registryPassword.registry.example.org_5000' asks for it and encrypts it",
  ]);
  expect(JSON.stringify(rows)).not.toContain("in-clear");
});

it("without users there is nothing to store", () => {
  expect(passwordRows([], { stack: "prod", config: undefined })).toEqual([]);
});
