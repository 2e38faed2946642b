/** What a bbb host is told, and the traps that upstream and its users met there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { haproxyConfig } from "../../../../apps/bbb/haproxy.ts";
import { type ToldFacts, toldFiles } from "../../../../apps/bbb/told.ts";
import { relaysOf } from "../../../../apps/coturn/relays.ts";

const facts: ToldFacts = {
  settings: { welcome: "Hello", branding: {}, checksums: ["sha1", "sha256"], recording: false, keepRecordingDays: 4 },
  ...{ domain: "bbb-01.estate.test", fixed: "10.20.0.21", announced: "203.0.113.21" },
  relays: relaysOf(["turn-01.estate.test", "turn-02.estate.test"], "unique-turn-secret"),
  ...{ apiSecret: "unique-api-secret", seed: "unique-seed" },
};
const told = (other: Partial<ToldFacts> = {}) => toldFiles({ ...facts, ...other });
const environmentOf = (other: Partial<ToldFacts> = {}) =>
  Object.fromEntries((told(other).env ?? "").split("\n").map((line) => line.split("=", 2)));
const said = (settings: Partial<ToldFacts["settings"]>) => ({ settings: { ...facts.settings, ...settings } });
const properties = (other: Partial<ToldFacts> = {}) => (told(other)["bbb-web.properties"] ?? "").split("\n");

const folder = mkdtempSync(join(tmpdir(), "bbb-told-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("addresses", () => {
  it("are two behind a floating IP: the one that programs bind, and the one that browsers are told", () => {
    expect(environmentOf()).toMatchObject({ EXTERNAL_IPv4: "203.0.113.21", ESTATE_FIXED: "10.20.0.21" });
    expect(environmentOf({ announced: facts.fixed })).toMatchObject({
      ...{ EXTERNAL_IPv4: "10.20.0.21", ESTATE_FIXED: "10.20.0.21" },
    });
  });

  it("bound are the host's own alone: the announced one is nobody's interface", () => {
    const { "haproxy.cfg": haproxy = "", ...others } = told();
    expect(haproxy.match(/bind (\S+)/g)).toEqual(["bind 10.20.0.21:80", "bind 10.20.0.21:443"]);
    expect(Object.values(others).join("\n")).not.toMatch(/ip addr|dev lo/);
  });

  it("announced lead the host back to itself, where a cloud would not; on a provider network there is nothing to lead", () => {
    expect(told()["hairpin.nft"]?.match(/hook \w+|ip daddr .*/g)).toEqual([
      ...["hook output", "ip daddr 203.0.113.21 dnat to 10.20.0.21"],
      ...["hook prerouting", "ip daddr 203.0.113.21 dnat to 10.20.0.21"],
    ]);
    expect(told({ announced: facts.fixed })["hairpin.nft"]).not.toContain("dnat");
  });
});

describe("the project's environment", () => {
  it("has no word that a shell would take apart, and no secret of upstream's samples", () => {
    for (const line of (told().env ?? "").trim().split("\n")) expect(line).toMatch(/^[A-Za-z0-9_]+=[\w.:-]+$/);
    const secrets = Object.entries(environmentOf()).filter(([key]) => /SECRET|PASSWORD|API_KEY/.test(key));
    expect(secrets.map(([key]) => key).sort()).toEqual([
      ...["ETHERPAD_API_KEY", "FSESL_PASSWORD", "HASURA_SECRET", "POSTGRESQL_SECRET", "RAILS_SECRET", "SHARED_SECRET"],
    ]);
    expect(new Set(secrets.map(([, value]) => value)).size).toBe(secrets.length);
  });

  it("has secrets of its own on each host, but for that of the API, and the same ones each time", () => {
    const [one, other] = [environmentOf(), environmentOf({ domain: "bbb-02.estate.test" })];
    expect(environmentOf()).toEqual(one);
    expect(other.SHARED_SECRET).toBe(one.SHARED_SECRET);
    expect(other.FSESL_PASSWORD).not.toBe(one.FSESL_PASSWORD);
  });

  it("leaves out what the estate has elsewhere, and recordings unless the document has them; upstream deletes none", () => {
    const recorded = environmentOf(said({ recording: true }));
    expect(recorded).toMatchObject({ ENABLE_RECORDING: "true", REMOVE_OLD_RECORDING: "false" });
    expect(properties()).toContain("disableRecordingDefault=true");
    expect(properties(said({ recording: true }))).toContain("disableRecordingDefault=false");
    const off = Object.entries(environmentOf()).filter(([key]) => key.startsWith("ENABLE_"));
    expect(off.map(([key]) => key).sort()).toEqual([
      ...["ENABLE_COTURN", "ENABLE_GREENLIGHT", "ENABLE_HTTPS_PROXY", "ENABLE_PROMETHEUS_EXPORTER", "ENABLE_RECORDING"],
      "ENABLE_WEBHOOKS",
    ]);
    for (const [key, value] of off) expect([key, value]).toEqual([key, "false"]);
  });
});

describe("recordings", () => {
  it("are told where their store is, where there is one", () => {
    expect(told()).not.toHaveProperty("recordings");
    expect(told({ store: "10.20.0.9:/store" }).recordings).toBe("STORE=10.20.0.9:/store\nKEEP_DAYS=4\n");
  });
});

describe("TURN", () => {
  const servers = told()["turn-stun-servers.xml"] ?? "";
  it("is the pool of the estate, each server by UDP and by TLS on 443, and never the host itself", () => {
    expect(servers.match(/value="(turns?:[^"]+)"/g)).toEqual([
      ...['value="turn:turn-01.estate.test:3478"', 'value="turns:turn-01.estate.test:443?transport=tcp"'],
      ...['value="turn:turn-02.estate.test:3478"', 'value="turns:turn-02.estate.test:443?transport=tcp"'],
    ]);
    expect(servers).not.toContain(facts.domain);
    expect(servers.match(/unique-turn-secret/g)).toHaveLength(4);
    expect(servers.match(/value="86400"/g)).toHaveLength(4);
  });

  it("and STUN ask nobody outside, and every server is in a list", () => {
    expect(servers.match(/"stun:[^"]+"/g)).toEqual([
      '"stun:turn-01.estate.test:3478"',
      '"stun:turn-02.estate.test:3478"',
    ]);
    const made = [...servers.matchAll(/<bean id="((?:turn|stun)\d)"/g)].map(([, id]) => id).sort();
    expect([...servers.matchAll(/<ref bean="(\w+)"/g)].map(([, id]) => id).sort()).toEqual(made);
    expect(made).toHaveLength(6);
  });

  it("has a secret that may hold what XML means something by", () => {
    const xml = told({ relays: { ...facts.relays, secret: 'a&b<"c' } })["turn-stun-servers.xml"];
    expect(xml).toContain('value="a&amp;b&lt;&quot;c"');
  });
});

describe("properties", () => {
  it("let callers sign as the document says, and tell the version", () => {
    expect(properties()).toEqual(
      expect.arrayContaining(["supportedChecksumAlgorithms=sha1,sha256", "allowRevealOfBBBVersion=true"]),
    );
  });

  it("hold any text in one line each, in ASCII", () => {
    const lines = properties(said({ welcome: "Grüße\nC:\\neu 🙂" }));
    expect(lines).toContain("defaultWelcomeMessage=Gr\\u00fc\\u00dfe\\nC:\\\\neu \\ud83d\\ude42");
    expect(lines).toHaveLength(properties().length);
  });

  it("lead people to a page after meetings only where there is one", () => {
    expect(properties().join()).not.toContain("logoutURL");
    expect(properties({ landing: "https://feedback.estate.test/feedback?host=bbb-01&checksum=1" })).toContain(
      "bigbluebutton.web.logoutURL=https://feedback.estate.test/feedback?host=bbb-01&checksum=1",
    );
  });

  it("and the client show the document's title and logo", () => {
    const branding = { title: "Meet", logo: "https://www.example.org/logo.svg" };
    expect(properties(said({ branding }))).toContain("defaultLogoURL=https://www.example.org/logo.svg");
    expect(parse(told(said({ branding }))["bbb-html5.yml"] ?? "")).toEqual({
      public: { app: { clientTitle: "Meet", branding: { displayBrandingArea: true } } },
    });
    expect(parse(told()["bbb-html5.yml"] ?? "")).toEqual({ public: { app: {} } });
  });
});

describe("haproxy.cfg", () => {
  it("is taken by haproxy, with a certificate", async () => {
    const [key, certificate] = [join(folder, "key"), join(folder, "certificate")];
    const subject = ["-subj", `/CN=${facts.domain}`, "-days", "1", "-nodes", "-newkey", "rsa:2048"];
    await execa("openssl", ["req", "-x509", ...subject, "-keyout", key, "-out", certificate]);
    const pem = join(folder, "host.pem");
    await execa("sh", ["-c", 'cat "$1" "$2" > "$3"', "sh", certificate, key, pem]);
    const config = join(folder, "haproxy.cfg");
    const here = { fixed: "127.0.0.1", domain: facts.domain };
    writeFileSync(config, haproxyConfig(here, pem));
    await execa("/usr/sbin/haproxy", ["-c", "-f", config]);
    writeFileSync(config, haproxyConfig(here, join(folder, "nothing.pem")));
    await expect(execa("/usr/sbin/haproxy", ["-c", "-f", config])).rejects.toThrow(/nothing\.pem/);
  });

  it("keeps sockets of meetings when the certificate changes", () => {
    const config = told()["haproxy.cfg"] ?? "";
    expect(config).toContain("hard-stop-after 12h");
    expect(config).toContain("timeout tunnel 1h");
  });
});
