import { describe, expect, it } from "vitest";
import { revisionOf } from "../../apps/greenlight/revision.ts";
import { loadBalancerSecrets } from "../../apps/scalelite/secret.ts";
import { withGreenlight } from "../unit/apps/documents.ts";
import { oidc, smtp } from "../unit/apps/greenlight/facts.ts";
import { graph } from "./program.ts";
import type { Registered } from "./record.ts";

const appSecrets = {
  ...{ "scalelite.seed": "unique-scalelite-seed", "scalelite.secretKeyBase": "unique-scalelite-base" },
  ...{ "postgres.seed": "unique-postgres-seed", "redis.seed": "unique-redis-seed" },
  ...{ "greenlight.secretKeyBase": "unique-key-base", "greenlight.oidcClientSecret": "unique-oidc" },
  "greenlight.smtpPassword": "unique-smtp",
};
const inGreenlight = (nodes: readonly Registered[]) => (type: string) => {
  const own = nodes.filter(({ parent }) => parent === "estate:apps:Greenlight::greenlight");
  const found = own.find((node) => node.type.endsWith(`:${type}`));
  if (!found) throw new Error(`no ${type}`);
  return found;
};

describe("the portal in the estate's graph", async () => {
  const nodes = await graph({ appSecrets, change: (document) => withGreenlight(document, { oidc, smtp }) });
  const find = inGreenlight(nodes);

  it("is migrated before any pod of the release, and after what it uses", () => {
    const job = find("Job");
    expect(find("Deployment").dependsOn).toContain("kubernetes:batch/v1:Job::greenlight-migration");
    expect(job.deleteBeforeReplace).toBe(false);
    for (const store of ["greenlight-postgres", "greenlight-redis"])
      expect(job.from.spec).toContain(`kubernetes:core/v1:Secret::${store}`);
    expect(job.dependsOn).toContain("kubernetes:core/v1:Secret::greenlight");
    // its parts are made after it
    const portal = nodes.find(({ type }) => type === "estate:apps:Greenlight");
    expect(portal?.dependsOn).toContain("kubernetes:core/v1:Service::scalelite-nginx");
  });

  it("points to Scalelite's public name", () => {
    expect(JSON.stringify(find("Deployment").inputs.spec)).toContain(
      '{"name":"BIGBLUEBUTTON_ENDPOINT","value":"https://meet.example.org/bigbluebutton/api/"}',
    );
  });

  it("reaches the mail server where the document says that hosts may", () => {
    const policies = nodes.filter(({ name, type }) => name === "greenlight" && type.endsWith(":NetworkPolicy"));
    expect(JSON.stringify(policies.map(({ inputs }) => inputs.spec))).toContain('{"cidr":"192.0.2.25/32"}');
  });

  it("keeps its secrets secret", () => {
    expect(find("Secret").inputs.stringData).toEqual(expect.stringContaining("[secret]"));
    const [loadBalancer] = loadBalancerSecrets(appSecrets["scalelite.seed"], { generation: 0, revoked: -1 });
    for (const secret of [...Object.values(appSecrets), loadBalancer])
      expect(JSON.stringify(nodes)).not.toContain(secret);
  });

  it("rolls its pods when any secret is another, given ones too", () => {
    const [bigBlueButton] = loadBalancerSecrets(appSecrets["scalelite.seed"], { generation: 0, revoked: -1 });
    const given = { oidcClientSecret: "unique-oidc", smtpPassword: "unique-smtp" };
    const expected = revisionOf("unique-key-base", { secrets: { ...given, bigBlueButton }, stores: ["0", "0"] });
    expect(JSON.stringify(find("Deployment").inputs.spec)).toContain(`"estate/revision":"${expected}"`);
  });
});
