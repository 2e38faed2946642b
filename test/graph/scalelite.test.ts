import { describe, expect, it } from "vitest";
import { loadBalancerSecrets } from "../../apps/scalelite/secret.ts";
import { withScalelite } from "../unit/apps/documents.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const appSecrets = {
  ...{ "scalelite.seed": "unique-scalelite-seed", "scalelite.secretKeyBase": "unique-key-base" },
  ...{ "postgres.seed": "unique-postgres-seed", "redis.seed": "unique-redis-seed" },
};
const run = (settings: object = {}) =>
  graph({ appSecrets, change: (document) => withScalelite(document, { settings }) });
const ofScalelite = (nodes: readonly Registered[]) =>
  nodes.filter(({ parent }) => parent === "estate:apps:Scalelite::scalelite");

describe("Scalelite in the estate's graph", async () => {
  const nodes = await run({ recordings: { claim: "recordings" }, secret: { generation: 1 } });
  const own = ofScalelite(nodes);
  const find = (type: string, name: string) => {
    const found = own.find((node) => node.type.endsWith(`:${type}`) && node.name === name);
    if (!found) throw new Error(`no ${type} ${name}`);
    return found;
  };
  const deployment = "kubernetes:apps/v1:Deployment::";

  it("migrates before any pod of the release, and after its stores", () => {
    const job = find("Job", "scalelite-migration");
    for (const part of ["api", "poller", "importer"])
      expect(find("Deployment", `scalelite-${part}`).dependsOn).toContain(
        "kubernetes:batch/v1:Job::scalelite-migration",
      );
    expect(job.deleteBeforeReplace).toBe(false);
    for (const store of ["scalelite-postgres", "scalelite-redis"])
      expect(job.from.spec).toContain(`kubernetes:core/v1:Secret::${store}`);
  });

  it("starts nginx when the API can be found, and what it serves is there", () => {
    const { dependsOn } = find("Deployment", "scalelite-nginx");
    expect(dependsOn).toContain("kubernetes:core/v1:Service::scalelite-api");
    expect(dependsOn).toContain(`${deployment}scalelite-importer`);
    expect(find("Service", "scalelite-api").dependsOn).toContain(`${deployment}scalelite-api`);
  });

  it("knows the servers, by the addresses of the hosts that run bbb", () => {
    const cidrs = JSON.stringify(find("NetworkPolicy", "scalelite-poller").inputs.spec).match(/\d+(\.\d+){3}\/32/g);
    expect(cidrs?.length).toBeGreaterThanOrEqual(1);
    const environment = JSON.stringify(find("Deployment", "scalelite-poller").inputs.spec);
    expect(environment).toContain('{"name":"POLLER_THREADS","value":"5"}');
  });

  it("keeps its secrets secret", () => {
    expect(find("Secret", "scalelite").inputs.stringData).toEqual(expect.stringContaining("[secret]"));
    const derived = loadBalancerSecrets(appSecrets["scalelite.seed"], { generation: 1, revoked: -1 });
    for (const secret of [...Object.values(appSecrets), ...derived])
      expect(JSON.stringify(nodes)).not.toContain(secret);
  });

  it("has neither importer nor shared store where there are no recordings", async () => {
    const without = ofScalelite(await run());
    const deployments = without.filter(({ type }) => type.endsWith(":Deployment")).map(({ name }) => name);
    expect(deployments.sort()).toEqual(["scalelite-api", "scalelite-nginx", "scalelite-poller"]);
    expect(JSON.stringify(without)).not.toContain("persistentVolumeClaim");
  });
});
