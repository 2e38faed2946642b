/** `estate drift schedule kubernetes` as an operator runs it: it refuses what could not run there, or should not. */
import { rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { stackFilePath } from "../../../cli/stack-file.ts";
import { fakeOpenstack } from "../check/fake-openstack.ts";
import { plainDocument } from "../stacks/fixtures.ts";
import { fakeEngine } from "./fake-engine.ts";
import { state } from "./fixtures.ts";

const stack = `local-schedule-${process.pid}`;
const image = `192.0.2.80:80/estate@sha256:${"ab".repeat(32)}`;
let cloud: Awaited<ReturnType<typeof fakeOpenstack>>;

beforeEach(async () => {
  cloud = await fakeOpenstack({});
});
afterEach(async () => {
  cloud.close();
  await rm(stackFilePath(stack), { force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Edit = (document: any) => void;

async function printed(backend: string, edit: Edit, args: string[] = []) {
  const document = plainDocument();
  const withVolume: Edit = ({ roles }) => {
    roles.orchestrator.volumes = { drift: { sizeGiB: 1, path: "/var/lib/drift" } };
  };
  withVolume(document);
  edit(document);
  await writeFile(stackFilePath(stack), stringify({ config: { "estate:estate": document } }));
  const engine = fakeEngine(stack, {
    ...{ OS_AUTH_URL: cloud.authUrl, OS_APPLICATION_CREDENTIAL_ID: "a", OS_APPLICATION_CREDENTIAL_SECRET: "s" },
    PULUMI_BACKEND_URL: backend,
  });
  const { exitCode, stdout, stderr } = await engine.estate(
    ["drift", "schedule", "kubernetes", "--image", image, ...args],
    { state },
  );
  await engine.remove();
  return { exitCode, stdout, stderr };
}

const elsewhere = "postgres://estate:unique-word@192.0.2.70/estate";
const opening: Edit = (document) =>
  void Object.assign(document.network.downloads, {
    ...{ cloud: { cidr: "127.0.0.1/32", port: Number(new URL(cloud.authUrl).port) } },
    state: { cidr: "192.0.2.70/32", port: 5432 },
  });

test("it prints the manifests, and above them whom the check calls", { timeout: 60_000 }, async () => {
  const { exitCode, stdout, stderr } = await printed(elsewhere, opening);
  expect(exitCode, stderr).toBe(0);
  const kinds = parseAllDocuments(stdout).flatMap((one) => (one.toJS() as { kind: string } | null)?.kind ?? []);
  expect(kinds).toEqual([
    ...["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ConfigMap"],
    ...["PersistentVolume", "PersistentVolumeClaim", "NetworkPolicy", "CronJob"],
  ]);
  expect(stdout).toContain("#   the state: 192.0.2.70 port 5432, 192.0.2.70\n");
  expect(stdout).toMatch(/keystone, compute, .*: 127\.0\.0\.1 port \d+, 127\.0\.0\.1\n/);
  expect(stdout).not.toContain("unique-word");
});

test("what security groups would not let it call is refused, with what to write", { timeout: 60_000 }, async () => {
  const { exitCode, stdout, stderr } = await printed(elsewhere, () => undefined);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("{ cidr: 192.0.2.70/32, port: 5432 } # the state (192.0.2.70)");
  expect(stderr).toMatch(/\{ cidr: 127\.0\.0\.1\/32, port: \d+ \} # keystone, compute/);
  // the mirror of the document, which the image comes from here, is open
  expect(stderr).not.toContain("192.0.2.80");
});

test("a state in the estate or in a folder is refused", { timeout: 60_000 }, async () => {
  const inside = await printed("postgres://estate:unique-word@db.estate.svc/estate", opening);
  expect([inside.exitCode, inside.stdout]).toEqual([1, ""]);
  expect(inside.stderr).toContain("the state is in the estate that it describes: db.estate.svc is a name");
  expect(inside.stderr).not.toContain("unique-word");
  const folder = await printed("file:///srv/state", opening);
  expect([folder.exitCode, folder.stdout]).toEqual([1, ""]);
  expect(folder.stderr).toContain("a folder of this machine, which no pod has");
});

test("without the volume it is refused; another one can be named", { timeout: 60_000 }, async () => {
  const missing = await printed(elsewhere, opening, ["--volume", "other"]);
  expect([missing.exitCode, missing.stdout]).toEqual([1, ""]);
  expect(missing.stderr).toContain("roles.orchestrator.volumes.other: { sizeGiB: 1, path: /var/lib/other }");
  const renamed = await printed(
    elsewhere,
    (document) => {
      opening(document);
      document.roles.orchestrator.volumes = { other: { sizeGiB: 1, path: "/var/lib/other" } };
    },
    ["--volume", "other"],
  );
  expect([renamed.exitCode, renamed.stdout]).toEqual([0, expect.stringContaining("path: /var/lib/other")]);
});
