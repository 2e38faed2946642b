/**
 * What a bbb host makes of upstream's project: settle.sh as it is, and compose's own library in the place of docker-compose. The project is
 * one in upstream's shape; no container runs.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { imagesOf, ownParts } from "../../../apps/bbb/images.ts";
import { composeOverride } from "../../../apps/bbb/override.ts";
import { type ToldFacts, toldFiles } from "../../../apps/bbb/told.ts";
import { relaysOf } from "../../../apps/coturn/relays.ts";
import { ensureCompose } from "../../../local/compose/compose.ts";
import { place, project } from "../../../local/place.ts";
import { bbbSettings } from "../../unit/apps/documents.ts";
import { defaults, upstreamProject } from "./upstream.ts";

const images = imagesOf(bbbSettings.images);
const told: ToldFacts = {
  settings: {
    ...{ welcome: "Welcome", footer: undefined, branding: {}, checksums: ["sha256"] },
    ...{ recording: true, keepRecordingDays: 4 },
  },
  ...{ domain: "bbb-01.example.org", fixed: "10.20.0.5", announced: "203.0.113.5" },
  ...{ relays: relaysOf([], "unique-turn-secret") },
  ...{ apiSecret: "unique-api-secret", seed: "unique-seed" },
};

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly type: string; readonly bind?: { readonly create_host_path?: boolean } }[];
}

interface Project {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly ipam?: object; readonly driver_opts?: object }>>;
}

let compose: string;
let root: string;
const at = (...parts: readonly string[]) => join(root, ...parts);

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), text, { mode });
}

/** What is on a bbb host, with this project as upstream's release. */
async function prepare(upstream: object, override: string): Promise<void> {
  await write("upstream/bbb/docker-compose.tmpl.yml", stringify(upstream));
  await write("upstream/bbb/scripts/generate-compose", "cp docker-compose.tmpl.yml docker-compose.yml\n");
  await write("upstream/bbb/mod/bbb-web/bbb-web.properties", "a=1\n");
  await mkdir(at("tools"));
  await execa("tar", ["-czf", at("tools/project.tar.gz"), "-C", at("upstream"), "bbb"]);
  await write("tools/override.yml", override);
  // containers are Docker's, of which there is none: what leads to them succeeds
  await write("tools/docker-compose", `#!/bin/sh\ncase " $* " in *" config "*) exec ${compose} "$@" ;; esac\n`, 0o755);
  for (const name of ["docker", "nft"]) await write(`bin/${name}`, "#!/bin/sh\n", 0o755);
  for (const [name, text] of Object.entries(toldFiles(told))) await write(`told/v1/settings/${name}`, text);
  for (const name of ["tls.crt", "tls.key"]) await write(`told/v1/certificate/${name}`, name);
  await write("told/current", "v1");
  await mkdir(at("work"));
}

async function settle() {
  const settings = {
    BBB_TOLD: at("told"),
    BBB_WORK: at("work"),
    BBB_TOOLS: at("tools"),
    BBB_GENERATOR: images.generator,
  };
  const env = { ...settings, PATH: `${at("bin")}:${process.env.PATH}` };
  return execa("sh", [join(project, "apps/bbb/scripts/settle.sh")], { env, reject: false, all: true });
}

/** What the project comes to, with the overlay and the environment of the host. */
async function rendered(): Promise<Project> {
  const folder = at("work/project");
  const files = ["--file", join(folder, "docker-compose.yml"), "--file", at("tools/override.yml")];
  const { stdout } = await execa(compose, ["--project-name", "bbb", "--project-directory", folder, ...files, "config"]);
  return JSON.parse(stdout) as Project;
}

const overlay = () => composeOverride({ images, mtu: 1400, exporter: true, recording: true });

beforeAll(async () => {
  compose = (await ensureCompose(place(), (line) => process.stderr.write(`${line}\n`))).program;
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "bbb-compose-"));
});
afterEach(() => rm(root, { recursive: true }));

test("compose takes the project, and every image of it is the document's, by digest", async () => {
  await prepare(upstreamProject({ recording: true }), overlay());
  const { exitCode, all } = await settle();
  expect(exitCode, all).toBe(0);
  const { services, networks } = await rendered();
  const parts = Object.entries(services).map(([name, { image }]) => [
    name.replace(/^bbb-exporter$/, "exporter"),
    image,
  ]);
  const { generator: _, ...running } = images;
  expect(Object.fromEntries(parts)).toEqual(running);
  expect(ownParts.every((part) => part === "generator" || part in Object.fromEntries(parts))).toBe(true);
  for (const [, image] of parts) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(networks["bbb-net"]).toMatchObject({
    ipam: { config: [{ subnet: "10.7.7.0/24" }] },
    driver_opts: { "com.docker.network.driver.mtu": "1400" },
  });
});

test("no secret is upstream's own, and each is the host's", async () => {
  await prepare(upstreamProject({ recording: true }), overlay());
  expect((await settle()).exitCode).toBe(0);
  const { services } = await rendered();
  const values = Object.values(services).flatMap(({ environment = {} }) => Object.values(environment));
  expect(values.length).toBeGreaterThan(10);
  expect(values.filter((value) => defaults.some((secret) => value.includes(secret)))).toEqual([]);
  const env = Object.fromEntries(
    (toldFiles(told).env ?? "").split("\n").map((line) => line.split(/=(.*)/s) as [string, string]),
  );
  const of = (service: string, key: string) => services[service]?.environment?.[key];
  expect([
    ...[of("bbb-web", "SHARED_SECRET"), of("bbb-exporter", "API_SECRET"), of("freeswitch", "ESL_PASSWORD")],
    ...[of("postgres", "POSTGRES_PASSWORD"), of("bbb-graphql-server", "HASURA_GRAPHQL_ADMIN_SECRET")],
  ]).toEqual([
    ...["unique-api-secret", "unique-api-secret", env.FSESL_PASSWORD, env.POSTGRESQL_SECRET, env.HASURA_SECRET],
  ]);
});

test("the media server binds the host's address and announces the other; nothing is made where a file is missing", async () => {
  await prepare(upstreamProject({ recording: false }), overlay());
  expect((await settle()).exitCode).toBe(0);
  const { services } = await rendered();
  expect(JSON.parse(services["webrtc-sfu"]?.environment?.MS_WEBRTC_LISTEN_IPS ?? "")).toEqual([
    { ip: "10.20.0.5", announcedIp: "203.0.113.5" },
  ]);
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
  expect(mounts.length).toBeGreaterThan(4);
  for (const mount of mounts) expect(mount.bind?.create_host_path ?? false).toBe(false);
});

test("a service that the release has and the document no image of is refused, with its image", async () => {
  await prepare(upstreamProject({ recording: true, more: ["collabora"] }), overlay());
  const { exitCode, all } = await settle();
  expect([exitCode, all]).toEqual([1, expect.stringContaining("images without a digest: upstream/collabora:v3")]);
});

test("without an address of the host, compose says which value is missing", async () => {
  await prepare(upstreamProject({ recording: true }), overlay());
  const env = (toldFiles(told).env ?? "").replace(/^ESTATE_FIXED=.*\n/m, "");
  await writeFile(at("told/v1/settings/env"), env);
  const { exitCode, all } = await settle();
  expect([exitCode, all]).toEqual([1, expect.stringContaining("required variable ESTATE_FIXED is missing a value")]);
  expect(all).toContain("estate-reason: BigBlueButton: docker-compose does not take upstream's project");
});

test("an overlay with a word that compose does not know is refused", async () => {
  await prepare(upstreamProject({ recording: true }), overlay().replace("network_mode", "network_mood"));
  const { exitCode, all } = await settle();
  expect([exitCode, all]).toEqual([1, expect.stringContaining("network_mood")]);
});
