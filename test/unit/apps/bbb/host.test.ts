/** What bbb hosts get at their first boot. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { hostFragment } from "../../../../apps/bbb/host.ts";
import { imagesOf, recordingServices, upstreamServices } from "../../../../apps/bbb/images.ts";
import { composeOverride } from "../../../../apps/bbb/override.ts";
import { machineFacts, machineSecrets } from "../../../../ignition/machine.ts";
import { renderMachine } from "../../../../ignition/render.ts";
import { deriveFacts } from "../../../../stacks/facts.ts";
import { estate, uniqueSecrets } from "../../stacks/fixtures.ts";
import { bbbSettings, withBbb } from "../documents.ts";

const settings = { ...bbbSettings, mtu: 1400, exporter: true, recording: false };
const override = (other: { exporter?: boolean; recording?: boolean } = {}) =>
  parse(composeOverride({ ...settings, images: imagesOf(settings.images), ...other }));

function userData(host: string, change: (document: Any) => void = withBbb): string {
  const facts = deriveFacts(estate(change));
  const found = facts.pools.flatMap((pool) => pool.hosts).find(({ name }) => name === host);
  if (!found) throw new Error(`no host ${host}`);
  const machine = machineFacts(facts, found, {});
  return renderMachine(machine, machineSecrets(uniqueSecrets(), machine));
}

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever it likes
type Any = any;

describe("the overlay of compose", () => {
  const { services, networks } = override();

  it("has every service by digest, and none that ends stays so", () => {
    expect(Object.keys(services).sort()).toEqual([...upstreamServices, "haproxy", "bbb-exporter"].sort());
    for (const [name, { image, restart }] of Object.entries<Any>(services)) {
      expect(image, name).toMatch(/^[a-z0-9.-]+\.[a-z]+\/[^:@]+:(?!latest)[^@]+@sha256:[0-9a-f]{64}$/);
      expect(restart, name).toBe("unless-stopped");
    }
  });

  it("has what records, by digest, only where meetings are recorded: compose would start it", () => {
    for (const service of recordingServices) expect(services).not.toHaveProperty(service);
    const recorded = override({ recording: true }).services;
    for (const service of recordingServices) {
      expect(recorded[service].image).toMatch(/@sha256:[0-9a-f]{64}$/);
      expect(recorded[service].restart).toBe("unless-stopped");
    }
  });

  it("lets the media server bind the host's address, and announce the other", () => {
    const listen = services["webrtc-sfu"].environment.MS_WEBRTC_LISTEN_IPS;
    expect(JSON.parse(listen.replaceAll(/\$\{(\w+):\?\}/g, "$1"))).toEqual([
      { ip: "ESTATE_FIXED", announcedIp: "EXTERNAL_IPv4" },
    ]);
  });

  it("has the exporter ask without TLS, at an address that ends in a slash, and for no recordings", () => {
    expect(services["bbb-exporter"]).toMatchObject({
      network_mode: "host",
      environment: {
        API_BASE_URL: "http://127.0.0.1:48087/bigbluebutton/api/",
        RECORDINGS_METRICS: "false",
        PORT: "9688",
      },
    });
    expect(override({ exporter: false }).services).not.toHaveProperty("bbb-exporter");
  });

  it("mounts a folder of certificates, so that a renewed one is seen, and makes nothing where a file is missing", () => {
    const mounts: Any[] = Object.values<Any>(services).flatMap(({ volumes = [] }) => volumes);
    expect(mounts.map(({ target }) => target)).toContain("/certificate");
    for (const mount of mounts) expect(mount).toMatchObject({ read_only: true, bind: { create_host_path: false } });
  });

  it("has packets as large as the document says", () => {
    expect(networks["bbb-net"].driver_opts).toEqual({ "com.docker.network.driver.mtu": "1400" });
  });
});

describe("user data", () => {
  it("of bbb hosts has BigBlueButton, and that of others nothing of it", () => {
    const files = (text: string) => JSON.parse(text).storage.files.map(({ path }: Any) => path) as string[];
    expect(files(userData("bbb-01"))).toEqual(
      expect.arrayContaining(["/etc/docker/daemon.json", "/opt/estate/bbb/override.yml", "/opt/estate/bbb/settle.sh"]),
    );
    for (const host of ["orchestrator-01", "worker-01"]) expect(decodeURIComponent(userData(host))).not.toMatch(/bbb/);
  });

  it("holds no secret of BigBlueButton, no address, and is the same whatever a running host can be told", () => {
    const text = userData("bbb-01");
    const other = userData("bbb-01", (document) => {
      withBbb(document, { welcome: "Hi", footer: "x", checksums: ["sha1", "sha256"], certificate: "others" });
      Object.assign(document.apps.bbb, { branding: { title: "Meet" }, landing: "https://example.org/" });
    });
    const hash = (said: string) => createHash("sha256").update(said).digest("hex");
    expect(hash(other)).toBe(hash(text));
    expect(decodeURIComponent(text)).not.toMatch(/unique-(?!secret-agentToken)/);
  });

  it("changes, and so replaces the hosts, with another image, project or program", () => {
    const told = (change: (bbb: Any) => void) =>
      userData("bbb-01", (document) => {
        withBbb(document);
        change(document.apps.bbb);
      });
    const texts = [
      userData("bbb-01"),
      told((bbb) => (bbb.images = { ...bbb.images, nginx: bbb.images.nginx.replace(/.$/, "1") })),
      told((bbb) => (bbb.project = { ...bbb.project, sha512: "c3".repeat(64) })),
      told((bbb) => (bbb.compose = { ...bbb.compose, sha512: "c3".repeat(64) })),
      told((bbb) => (bbb.mtu = 1400)),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe("the unit", () => {
  const { units = [] } = hostFragment(settings);
  const { contents: unit = "" } = units.find(({ name }) => name === "estate-bbb.service") ?? {};

  it("starts after Docker, downloads by hash, and takes as long as images do", () => {
    expect(unit).toMatch(/^Requires=estate-metadata\.service$/m);
    expect(unit).toMatch(/^Wants=network-online\.target docker\.service$/m);
    expect(unit).toMatch(/^After=docker\.service /m);
    expect(unit).toMatch(/^TimeoutStartSec=infinity$/m);
    expect(unit.match(/^ExecStartPre=\S+ (\S+ \S+ \S+)$/gm)).toEqual([
      `ExecStartPre=/opt/estate/bbb/fetch.sh ${settings.compose.url} ${settings.compose.sha512} /opt/estate/bbb/docker-compose`,
      `ExecStartPre=/opt/estate/bbb/fetch.sh ${settings.project.url} ${settings.project.sha512} /opt/estate/bbb/project.tar.gz`,
    ]);
  });

  it("is run again and again by its timer, and Docker by the system", () => {
    expect(units.find(({ name }) => name === "estate-bbb.timer")?.contents).toMatch(/^OnUnitInactiveSec=30s$/m);
    expect(units).toContainEqual({ name: "docker.service", enable: true });
  });

  it("that hands recordings over is run again and again, and may take as long as they do", () => {
    const of = (name: string) => units.find((one) => one.name === name)?.contents ?? "";
    expect(of("estate-bbb-recordings.timer")).toMatch(/^OnUnitInactiveSec=30s$/m);
    expect(of("estate-bbb-recordings.service")).toMatch(/^ExecStart=\/opt\/estate\/bbb\/handover\.sh$/m);
    expect(of("estate-bbb-recordings.service")).toMatch(/^TimeoutStartSec=infinity$/m);
  });

  it("has a folder that the keeper's pod may write to, and one that it may not read", () => {
    const folders = JSON.parse(userData("bbb-01")).storage.directories;
    expect(folders).toContainEqual({ path: "/var/lib/estate/bbb-said", mode: 0o755 });
    expect(folders).toContainEqual({ path: "/var/lib/estate/bbb-told", mode: 0o700, user: { id: 65_532 } });
    expect(folders).toContainEqual({ path: "/var/lib/estate/bbb", mode: 0o700 });
  });
});
