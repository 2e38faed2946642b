import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { forked, type Server } from "../../../policies/servers.ts";
import { leakedSecrets } from "../../../policies/userData.ts";

const config = (files: Readonly<Record<string, string>>, more: object = {}) =>
  JSON.stringify({
    ignition: { version: "3.4.0" },
    storage: {
      files: Object.entries(files).map(([path, text]) => ({
        ...{ path, contents: { source: `data:,${encodeURIComponent(text)}` } },
      })),
    },
    ...more,
  });
const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n";

describe("secrets in user data", () => {
  it.each([
    [
      "a join token",
      config({ "/etc/rancher/k3s/config.yaml": "token: K10abc::server:12345678\nagent-token: 12345678\n" }),
    ],
    ["the host's SSH key", config({ "/etc/ssh/ssh_host_ed25519_key": key })],
    ["the path of a secret", config({ "/etc/app.conf": "password=/run/secrets/password\ntoken_file: /run/token\n" })],
    ["a variable", config({ "/opt/app.sh": "password=$PASSWORD_OF_APP\n" })],
    ["a switch", config({ "/etc/app.conf": "secret: disabled\nrequire-password = true\n" })],
    [
      "what is downloaded",
      config({}, { storage: { files: [{ path: "/opt/a", contents: { source: "https://x/password=12345678" } }] } }),
    ],
  ])("takes %s", (_, userData) => expect(leakedSecrets(userData)).toEqual([]));

  it.each([
    ["a key of anything else", config({ "/etc/ca.key": key }), "/etc/ca.key", "a private key"],
    [
      "a password",
      config({ "/etc/app.conf": 'db_password = "correct-horse"\n' }),
      "/etc/app.conf",
      "a value of db_password",
    ],
    ["an exported one", config({ "/opt/a.sh": "export API_KEY=0123456789\n" }), "/opt/a.sh", "a value of API_KEY"],
    [
      "a user's hash",
      config({}, { passwd: { users: [{ name: "core", passwordHash: "$6$x" }] } }),
      ...(["user core", "the hash of a password"] as const),
    ],
    [
      "a unit's environment",
      config(
        {},
        { systemd: { units: [{ name: "a.service", dropins: [{ name: "b", contents: "APP_SECRET=0123456789" }] }] } },
      ),
      ...(["a.service", "a value of APP_SECRET"] as const),
    ],
    ["other user data", "#cloud-config\npassword: correct-horse\n", "user data", "a value of password"],
  ])("tells %s", (_, userData, path, holds) => expect(leakedSecrets(userData)).toEqual([{ path, holds }]));

  it("looks into what is compressed, or in base64", () => {
    const packed = gzipSync("api-key: 0123456789").toString("base64");
    const file = { path: "/a", contents: { source: `data:;base64,${packed}`, compression: "gzip" } };
    expect(leakedSecrets(config({}, { storage: { files: [file] } }))).toEqual([
      { path: "/a", holds: "a value of api-key" },
    ]);
  });
});

describe("a row of gates", () => {
  const server = (name: string, waitsFor: string[] = [], dependsOn: string[] = [], role = "bbb"): Server => ({
    ...{ urn: `urn:${name}`, name, role, waitsFor, dependsOn },
  });

  it("takes rows, one for each place of the pool's width, and hosts that are new", () => {
    expect(forked([server("a"), server("b", ["a"]), server("c", ["b"])])).toEqual([]);
    expect(forked([server("a"), server("b"), server("c", ["a"]), server("d", ["b"])])).toEqual([]);
  });

  it("tells two that wait for the same one", () => {
    const [told, ...more] = forked([server("a"), server("b", ["a"]), server("c", ["a"])]);
    expect(forked([server("a"), server("c", ["a"]), server("b", ["a"])])).toEqual([told]);
    expect([told?.what, more]).toEqual(["c", []]);
    expect(told?.message).toContain("the servers b and c both wait for a, and would be replaced at the same time");
  });

  it("tells one that waits for a server, and not until it is ready", () => {
    const [told] = forked([server("a"), server("b", [], ["a"])]);
    expect(told?.message).toContain("the server b waits for the server a, and not until that is ready");
  });
});
