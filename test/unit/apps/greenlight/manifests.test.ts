import { expect, it } from "vitest";
import { disruptionBudget, migration, portal, service } from "../../../../apps/greenlight/manifests.ts";
import { alive, ready, started } from "../../../../apps/greenlight/probes.ts";
import { facts, least } from "./facts.ts";

const specOf = (workload: ReturnType<typeof portal> | ReturnType<typeof migration>) => workload.spec.template.spec;
const containerOf = (workload: Parameters<typeof specOf>[0]) => specOf(workload).containers[0];

it("the database is migrated by a Job and nowhere else, with what is in it", () => {
  expect(containerOf(migration(facts))?.command).toEqual(["bundle", "exec", "rails", "db:migrate:with_data"]);
  expect(specOf(migration(facts))).toMatchObject({ restartPolicy: "Never" });
  // the image's own start script would create a database and migrate, in all pods at once
  const commands = [...specOf(portal(facts)).containers, ...(specOf(portal(facts)).initContainers ?? [])];
  expect(commands.map(({ command }) => command.join(" "))).toEqual([
    "bundle exec puma -C config/puma.rb",
    "bundle exec rails assets:precompile",
  ]);
});

it("whatever is another in the Job is another Job: it cannot be changed", () => {
  const others = [
    facts,
    { ...facts, image: facts.image.replace(/0{64}$/, "1".repeat(64)) },
    { ...facts, revision: "r2" },
    { ...facts, language: "en" },
    least,
  ];
  expect(new Set(others.map((one) => migration(one).metadata.name)).size).toBe(others.length);
  expect(migration(facts).metadata.name).toBe(migration({ ...facts, replicas: 5 }).metadata.name);
});

it("asked whether it is ready, the portal looks at its stores; started anew it is only when it does not listen", () => {
  expect(portal(facts).spec.template.spec.containers[0]).toMatchObject({
    ...{ readinessProbe: ready, livenessProbe: alive, startupProbe: started },
  });
  expect(ready.httpGet).toEqual({ path: "/health_check", port: "http" });
  for (const probe of [alive, started]) {
    expect(probe).toMatchObject({ tcpSocket: { port: "http" } });
    expect(probe).not.toHaveProperty("httpGet");
  }
  expect(started.periodSeconds * started.failureThreshold).toBeGreaterThanOrEqual(180);
});

it("no part is root, or may write but in its scratch and in uploads", () => {
  const [portalSpec, migrationSpec] = [specOf(portal(least)), specOf(migration(least))];
  for (const spec of [portalSpec, migrationSpec])
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
  for (const container of [...portalSpec.containers, ...(portalSpec.initContainers ?? []), ...migrationSpec.containers])
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    });
  expect(containerOf(portal(least))?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
    ...["/tmp", "/usr/src/app/tmp", "/usr/src/app/app/assets/builds", "/usr/src/app/public/assets"],
    "/usr/src/app/storage",
  ]);
});

it("what the container before it makes of the page is where the portal serves it from", () => {
  const [first] = specOf(portal(facts)).initContainers ?? [];
  expect(first?.volumeMounts).toEqual(containerOf(portal(facts))?.volumeMounts);
});

it("uploads are in a volume only where there is no object store, and the migration has neither", () => {
  const claims = (workload: Parameters<typeof specOf>[0]) => JSON.stringify(specOf(workload)).includes('"claimName"');
  expect([claims(portal(least)), claims(portal(facts)), claims(migration(least))]).toEqual([true, false, false]);
});

it("pods are found and evicted one at a time, and a new one is there before an old one goes", () => {
  expect(service().spec.ports).toEqual([{ name: "http", port: 3000, targetPort: "http", protocol: "TCP" }]);
  expect(disruptionBudget().spec).toMatchObject({ maxUnavailable: 1 });
  expect(portal(facts).spec).toMatchObject({ replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
});
