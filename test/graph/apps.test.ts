import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { reached } from "./order.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const folder = join(import.meta.dirname, "apps");

// as if apps/ were another folder: what is in it is all the program knows of these applications
vi.doMock("../../stacks/applications.ts", async (original) => {
  const module = await original<typeof import("../../stacks/applications.ts")>();
  return { ...module, appsFolder: folder, applications: await module.findApplications(folder) };
});

const written = { greeter: { words: "hello" }, store: { sizeGiB: 5 } };
const appSecrets = { "store.password": "unique-store-password", "store.licence": "unique-store-licence" };

function find(nodes: readonly Registered[], name: string, type: string): Registered {
  const found = nodes.find((node) => node.name === name && node.type === type);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
}

// biome-ignore lint/suspicious/noExplicitAny: a test writes whatever it likes
const withApps = (apps: unknown) => ({ change: (document: any) => Object.assign(document, { apps }), appSecrets });

describe("a folder in apps/", async () => {
  const nodes = await graph(withApps(written));

  it("is an application: it gets settings, hosts, addresses, and what it uses", () => {
    const map = find(nodes, "greeter", "kubernetes:core/v1:ConfigMap");
    expect(map.parent).toBe("test:apps:Greeter::greeter");
    expect(map.inputs).toMatchObject({
      metadata: { name: "greeter", namespace: "estate" },
      data: { ...{ words: "hello", store: "store.estate", zone: "estate.test" }, hosts: "bbb-01 bbb-02" },
    });
    expect(map.from.data).toContain("openstack:networking/floatingIp:FloatingIp::bbb-01-floating-ip");
  });

  it("comes after what it uses, and after the hosts that take its pods", () => {
    expect([...reached(nodes, "kubernetes:core/v1:ConfigMap::greeter")]).toContain("kubernetes:core/v1:Secret::store");
    expect(find(nodes, "store", "test:apps:Store").dependsOn).toEqual([]);
    expect(find(nodes, "store", "kubernetes:core/v1:Secret").dependsOn).toContain(
      "command:local:Command::worker-01-ready",
    );
  });

  it("gets its secrets as secrets", () => {
    expect(find(nodes, "store", "kubernetes:core/v1:Secret").inputs.stringData).toBe("[secret]");
    for (const secret of Object.values(appSecrets)) expect(JSON.stringify(nodes)).not.toContain(secret);
  });

  it("does not run where it is not named, or not enabled", async () => {
    const without = await graph(withApps({ greeter: { words: "hello", enabled: false } }));
    expect(without.filter(({ type }) => type.startsWith("test:apps:"))).toEqual([]);
    expect(without.some(({ name, type }) => name === "estate" && type === "kubernetes:core/v1:Namespace")).toBe(true);
  });

  it("is refused with every mistake: of its settings, of its own rules, of what it uses", async () => {
    await expect(graph(withApps({ greeter: { wrods: 1 }, store: { sizeGiB: 0 }, shop: {} }))).rejects.toThrow(
      [
        "  apps.greeter.words: missing: write what it says",
        "  apps.greeter.wrods: there is no such key: write one of enabled, words, or leave it out",
        "  apps.store.sizeGiB: write a whole number of GiB from 1 to 100",
        "  apps.shop: there is no such application: write one of greeter, store, or add its folder to apps/",
      ].join("\n"),
    );
    await expect(graph(withApps({ greeter: { words: "estate.test" } }))).rejects.toThrow(
      [
        "  apps.greeter: needs store: write apps.store too, or apps.greeter.enabled: false",
        "  apps.greeter.words: leave the zone out",
      ].join("\n"),
    );
  });

  it("is refused without its secrets, each by its name", async () => {
    await expect(graph({ ...withApps(written), appSecrets: {} })).rejects.toThrow(
      /Secrets are missing beside .*: store\.password, store\.licence\./,
    );
  });
});
