import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { told } from "../../../cli/init/told.ts";
import { completeSecrets, type Stack } from "../../../cli/stack-secrets.ts";
import type { AppSecret } from "../../../stacks/appFacts.ts";
import { documentSecrets } from "../../../stacks/documentSecrets.ts";
import { secretNames } from "../../../stacks/secrets.ts";
import { estate } from "../stacks/fixtures.ts";
import { fakePulumi } from "./fixtures.ts";

let folder = "";
let stack: Stack;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "app-secrets-"));
  stack = { name: "mine", pulumi: fakePulumi(folder).pulumi, folder };
  await stack.pulumi(["stack", "select", "--create", "mine"]);
});
afterEach(() => rm(folder, { recursive: true }));

const mail: AppSecret = {
  application: "portal",
  secret: "mail",
  key: "portal.mail",
  kind: { given: "the password of the mail account" },
};
const key: AppSecret = { application: "portal", secret: "key", key: "portal.key", kind: { bytes: 20 } };

it("a secret that only the operator has is named, and how to store it; what can be made is made", async () => {
  const { made, kept, lacking } = await completeSecrets(stack, { asked: [mail, key] });
  expect(made).toEqual([...secretNames, "portal.key"]);
  expect({ kept, lacking }).toEqual({
    kept: [],
    lacking: [{ key: "portal.mail", given: "the password of the mail account" }],
  });
  const document = { content: {}, isNew: false };
  const words = told({ ...{ stack: "mine", document, made, kept, lacking }, keyFile: undefined });
  expect(words).toContain("Missing is the password of the mail account. Store it");
  expect(words).toContain("pulumi config set --stack mine --secret estate:portal.mail\n");
});

it("the password of a registry is named too, and taken once it is stored", async () => {
  const asked = documentSecrets(
    estate(({ network, orchestrator }) => {
      network.downloads.registry = { cidr: "192.0.2.81/32", port: 443 };
      orchestrator.registries = { "docker.io": { user: "anna" } };
    }),
  );
  const { made, kept, lacking } = await completeSecrets(stack, { asked });
  const document = { content: {}, isNew: false };
  const words = told({ ...{ stack: "mine", document, made, kept, lacking }, keyFile: undefined });
  expect(words).toContain("Missing is the password of anna at the registry docker.io. Store it");
  expect(words).toContain("pulumi config set --stack mine --secret estate:registryPassword.docker.io\n");
  const file = join(folder, "Pulumi.mine.yaml");
  const set = ["config", "set", "--stack", "mine", "--config-file", file, "--secret"];
  await stack.pulumi([...set, "estate:registryPassword.docker.io"], "pass");
  expect(await completeSecrets(stack, { asked })).toMatchObject({ made: [], lacking: [] });
});

it("what is stored stays, byte for byte, and nothing is written", async () => {
  await completeSecrets(stack, { asked: [key] });
  await stack.pulumi(
    [
      "config",
      "set",
      "--stack",
      "mine",
      "--config-file",
      join(folder, "Pulumi.mine.yaml"),
      "--secret",
      "estate:portal.mail",
    ],
    "pass",
  );
  const before = await readFile(join(folder, "Pulumi.mine.yaml"), "utf8");
  const { made, kept, lacking } = await completeSecrets(stack, { asked: [mail, key] });
  expect({ made, lacking }).toEqual({ made: [], lacking: [] });
  expect(kept).toEqual([...secretNames, "portal.mail", "portal.key"]);
  expect(await readFile(join(folder, "Pulumi.mine.yaml"), "utf8")).toBe(before);
});
