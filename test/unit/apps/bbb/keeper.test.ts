/** What the keeper's pod brings to its host, and how that pod is made. */

import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { deployment, service } from "../../../../apps/bbb/manifests.ts";
import { handoverServer } from "../../../../apps/bbb/service/handover.ts";
import { Keeper } from "../../../../apps/bbb/service/keeper.ts";

let root = "";
let said: Readonly<Record<string, unknown>>[] = [];
let keeper: Keeper;
const told = (...parts: string[]) => join(root, "told", ...parts);
const current = () => readFile(told("current"), "utf8");

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bbb-keeper-"));
  for (const folder of ["settings", "certificate", "told"]) await mkdir(join(root, folder));
  // as kubelet has them
  await mkdir(join(root, "settings", "..data"));
  await writeFile(join(root, "settings", "..data", "env"), "A=1\n");
  await symlink(join("..data", "env"), join(root, "settings", "env"));
  for (const file of ["tls.crt", "tls.key"]) await writeFile(join(root, "certificate", file), file);
  said = [];
  const places = { settings: join(root, "settings"), certificate: join(root, "certificate"), told: told() };
  keeper = new Keeper(places, (line) => said.push(line));
});
afterEach(() => rm(root, { recursive: true }));

it("brings what is there, once, so that nobody else reads it", async () => {
  keeper.look();
  const version = await current();
  expect(await readFile(told(version, "settings", "env"), "utf8")).toBe("A=1\n");
  expect(await readdir(told(version, "settings"))).toEqual(["env"]);
  expect(await readdir(told(version, "certificate"))).toEqual(["tls.crt", "tls.key"]);
  expect((await stat(told(version, "settings", "env"))).mode & 0o777).toBe(0o600);
  keeper.look();
  expect(said).toEqual([{ event: "told", version }]);
});

it("brings what changes as another folder, and keeps the one that may be read just now, and no other", async () => {
  const versions: string[] = [];
  for (const text of ["A=1\n", "A=2\n", "A=3\n"]) {
    await writeFile(join(root, "settings", "..data", "env"), text);
    keeper.look();
    versions.push(await current());
  }
  expect(new Set(versions).size).toBe(3);
  const folders = (await readdir(told())).filter((name) => /^[0-9a-f]{16}/.test(name));
  expect(folders.sort()).toEqual(versions.slice(1).sort());
  expect(await readFile(told(versions[2] ?? "", "settings", "env"), "utf8")).toBe("A=3\n");
});

it("leaves what was there when something is missing, and says so, with no secret", async () => {
  keeper.look();
  const version = await current();
  await rm(join(root, "certificate", "tls.key"));
  await rm(told("kept"));
  keeper.look();
  expect(await current()).toBe(version);
  expect(said.at(-1)).toEqual({ event: "failed", message: expect.stringContaining("tls.key") });
  await expect(stat(told("kept"))).rejects.toThrow("ENOENT");
});

it("is a pod of its host alone, that writes to one folder of it and listens for what it says of recordings", () => {
  const host = { name: "bbb-01", taints: ["estate/dedicated=bbb:NoSchedule"] };
  const { spec } = deployment({ host, certificate: "bbb-certs", program: "p" }).spec.template;
  expect(spec.nodeSelector).toEqual({ "kubernetes.io/hostname": "bbb-01" });
  expect(spec.tolerations).toHaveLength(1);
  expect(spec).not.toHaveProperty("hostNetwork");
  // or it could read no Secret: those are for root and this group
  expect(spec.securityContext.fsGroup).toBe(spec.securityContext.runAsGroup);
  const [container] = spec.containers;
  expect(container?.ports).toEqual([{ name: "handover", containerPort: 9301, protocol: "TCP" }]);
  const writable = container?.volumeMounts.filter((mount) => !("readOnly" in mount));
  expect(writable).toEqual([{ name: "told", mountPath: "/told" }]);
  expect(spec.volumes).toContainEqual({
    name: "told",
    hostPath: { path: "/var/lib/estate/bbb-told", type: "Directory" },
  });
});

it("tells what the host said of its recordings, and that it said nothing where it did not", async () => {
  const said = join(root, "said");
  await mkdir(said);
  const server = handoverServer(said).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const metrics = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  try {
    expect(await metrics()).toMatch(/^bbb_recordings_told 0$/m);
    await writeFile(join(said, "metrics"), "bbb_recordings_waiting 3\n");
    expect(await metrics()).toMatch(/^bbb_recordings_waiting 3\n(.*\n)*bbb_recordings_told 1$/m);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

it("is asked by host, so that a drain never hears of another one", () => {
  expect(service("bbb-01").spec.selector).toMatchObject({ "estate/host": "bbb-01" });
  const { template } = deployment({ host: { name: "bbb-01", taints: [] }, certificate: "c", program: "p" }).spec;
  expect(template.metadata.labels).toMatchObject(service("bbb-01").spec.selector);
  expect(template.spec.containers[0]?.volumeMounts).toContainEqual({
    name: "said",
    mountPath: "/said",
    readOnly: true,
  });
});
