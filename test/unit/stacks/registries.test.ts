import { describe, expect, it } from "vitest";
import { dockerConfig } from "../../../stacks/dockerConfig.ts";
import { documentSecrets } from "../../../stacks/documentSecrets.ts";
import { mirrorsOf, registryUsers } from "../../../stacks/registries.ts";
import { estate } from "./fixtures.ts";

const endpoints = ["https://192.0.2.81"];
const written = estate((document) => {
  document.network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
  document.network.downloads.own = { cidr: "192.0.2.82/32", port: 5000 };
  document.orchestrator.registries = {
    "registry.example.org:5000": { user: "robot$estate" },
    "quay.io": { endpoints },
    "docker.io": { endpoints, user: "anna" },
  };
});

describe("registries", () => {
  it("with users have a password each, under a key that Pulumi takes", () => {
    expect(registryUsers(written)).toEqual([
      { registry: "docker.io", user: "anna", key: "registryPassword.docker.io" },
      {
        registry: "registry.example.org:5000",
        user: "robot$estate",
        key: "registryPassword.registry.example.org_5000",
      },
    ]);
  });

  it("with endpoints are mirrored, and no others", () => {
    expect(mirrorsOf(written)).toEqual({ "quay.io": endpoints, "docker.io": endpoints });
  });

  it("have passwords that only operators have: they are asked for, beside the secrets of applications", () => {
    expect(documentSecrets(written)).toEqual([
      {
        key: "registryPassword.docker.io",
        kind: { given: "the password of anna at the registry docker.io" },
      },
      {
        key: "registryPassword.registry.example.org_5000",
        kind: { given: "the password of robot$estate at the registry registry.example.org:5000" },
      },
    ]);
    expect(documentSecrets(estate())).toEqual([]);
  });
});

it("credentials of registries are written as Docker writes them, those of Docker Hub under its own name", () => {
  const text = dockerConfig([
    { registry: "docker.io", user: "anna", password: 'with "quotes": and more' },
    { registry: "registry.example.org:5000", user: "robot$estate", password: "unique" },
  ]);
  expect(JSON.parse(text)).toEqual({
    auths: {
      "https://index.docker.io/v1/": {
        ...{ username: "anna", password: 'with "quotes": and more' },
        auth: Buffer.from('anna:with "quotes": and more').toString("base64"),
      },
      "registry.example.org:5000": {
        ...{ username: "robot$estate", password: "unique" },
        auth: Buffer.from("robot$estate:unique").toString("base64"),
      },
    },
  });
});
