import { expect, it } from "vitest";
import {
  api,
  disruptionBudget,
  importer,
  migration,
  nginx,
  nginxFiles,
  poller,
  service,
} from "../../../../apps/scalelite/manifests.ts";
import { containerOf, facts } from "./facts.ts";

const all = [api(facts), nginx(facts), poller(facts), importer(facts), migration(facts)];

it("there are several of what can be several, and one poller and one importer, never two at once", () => {
  for (const several of [api(facts), nginx(facts)])
    expect(several.spec).toMatchObject({ replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 0 } } });
  for (const one of [poller(facts), importer(facts)])
    expect(one.spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
});

it("an import that is begun is ended before the importer ends", () => {
  expect(importer(facts).spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(120);
});

it("the database is migrated by a Job and nowhere else", () => {
  expect(containerOf(migration(facts)).command).toEqual(["bundle", "exec", "rake", "db:migrate"]);
  // the image's own start script would create a database, or load a schema
  expect(containerOf(api(facts)).command).toEqual(["bundle", "exec", "puma", "-C", "config/puma.rb"]);
  expect(migration(facts).spec.template.spec).toMatchObject({ restartPolicy: "Never" });
});

it("whatever is another in the Job is another Job: it cannot be changed", () => {
  const others = [
    facts,
    { ...facts, images: { ...facts.images, api: `api@sha256:${"2".repeat(64)}` } },
    { ...facts, revision: "r2" },
    { ...facts, host: "other.example.org" },
  ];
  expect(new Set(others.map((one) => migration(one).metadata.name)).size).toBe(others.length);
  expect(migration(facts).metadata.name).toBe(migration({ ...facts, replicas: 5 }).metadata.name);
});

it("secrets are references, joins are not logged, and ids are host names", () => {
  const { env } = containerOf(poller(facts));
  const references = env.filter(({ valueFrom }) => valueFrom).map(({ name, valueFrom }) => [name, valueFrom]);
  const key = (name: string, key: string) => ({ secretKeyRef: { name, key } });
  expect(references).toEqual([
    ["SECRET_KEY_BASE", key("scalelite", "secretKeyBase")],
    ["LOADBALANCER_SECRET", key("scalelite", "loadBalancer")],
    ["DATABASE_URL", key("scalelite-postgres", "url")],
    ["REDIS_URL", key("scalelite-redis", "url")],
  ]);
  const values = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    ...{ URL_HOST: "meet.example.org", RAILS_LOG_LEVEL: "info", SERVER_ID_IS_HOSTNAME: "true" },
    ...{ POLLER_THREADS: "31", SERVER_UNHEALTHY_THRESHOLD: "7", REDIS_POOL: "62" },
  });
  // else clients that know only SHA1 would be refused
  expect(values).not.toHaveProperty("LOADBALANCER_CHECKSUM_ALGORITHM");
});

it("while a secret is changed, the one before is taken, too", () => {
  const changing = containerOf(api({ ...facts, previousSecret: true })).env.map(({ name }) => name);
  expect(changing).toContain("LOADBALANCER_SECRETS");
  expect(containerOf(api(facts)).env.map(({ name }) => name)).not.toContain("LOADBALANCER_SECRETS");
});

it("no part is root, or may write but in its scratch and the recordings", () => {
  for (const workload of all) {
    const { securityContext } = workload.spec.template.spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, supplementalGroups: [2000] });
    expect(containerOf(workload).securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    });
  }
});

it("recordings are written by the importer and the API, and nginx keeps its own players beside them", () => {
  const mounts = (workload: Parameters<typeof containerOf>[0]) =>
    containerOf(workload).volumeMounts.filter((mount) => JSON.stringify(mount).includes("bigbluebutton"));
  const whole = [{ name: "recordings", mountPath: "/var/bigbluebutton" }];
  expect([mounts(importer(facts)), mounts(api(facts)), mounts(poller(facts))]).toEqual([whole, whole, []]);
  expect(mounts(nginx(facts))).toEqual([
    { name: "recordings", mountPath: "/var/bigbluebutton/published", subPath: "published", readOnly: true },
  ]);
  const without = { ...facts, recordings: undefined };
  expect([mounts(api(without)), mounts(nginx(without))]).toEqual([[], []]);
  const disabled = containerOf(api(without)).env.find(({ name }) => name === "RECORDING_DISABLED");
  expect(disabled?.value).toBe("true");
});

it("pods are found as the image of nginx looks for them, and may be evicted one at a time", () => {
  expect(service("api")).toMatchObject({ metadata: { name: "scalelite-api" }, spec: { ports: [{ port: 3000 }] } });
  expect(service("nginx")).toMatchObject({ metadata: { name: "scalelite-nginx" }, spec: { ports: [{ port: 8080 }] } });
  expect(disruptionBudget("api").spec).toMatchObject({ maxUnavailable: 1 });
});

it("nginx starts anew when its file is another", () => {
  const revision = (host: string) => nginx({ ...facts, host }).spec.template.metadata.annotations["estate/revision"];
  expect(revision("a.example.org")).not.toBe(revision("b.example.org"));
});

it("no request's query, with checksums and names, is in nginx' logs", () => {
  const conf = nginxFiles(facts)["nginx.conf"];
  expect(conf).toMatch(/^ {2}access_log \/dev\/stdout plain;$/m);
  expect(conf).toMatch(/^error_log \/dev\/stderr crit;$/m);
  expect(conf).not.toMatch(/\$request\b|\$request_uri|\$args|\$http_referer/);
});
